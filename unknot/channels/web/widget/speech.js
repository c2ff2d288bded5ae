// What is heard: announcements for screen readers; reading aloud and dictation, only where the browser does both on
// the device, so that no word and no sound leaves it.
import { MARK, h, icon, press } from "./dom.js";
import { spoken } from "./view.js";

const HEARD = 9000;

const voiceFor = (lang) =>
  window.speechSynthesis?.getVoices().find((voice) => voice.localService && voice.lang.slice(0, 2) === lang.slice(0, 2));

/** Whether this browser can read this language aloud by itself. */
export const canSpeak = (lang) => Boolean(voiceFor(lang));

/** Reads a text aloud after what is being read. */
export function speak(text, lang) {
  const voice = voiceFor(lang);
  if (!voice) return;
  const utterance = new SpeechSynthesisUtterance(text);
  Object.assign(utterance, { voice, lang: voice.lang, rate: 0.95 });
  speechSynthesis.speak(utterance);
}

export const hush = () => window.speechSynthesis?.cancel();

/** A recogniser that works on the device, or null: `{start(), stop()}`; `heard(text)` gets the words, `over()` the end. */
async function dictation(lang, heard, over) {
  const Recogniser = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  if (!Recogniser?.available || !("processLocally" in Recogniser.prototype)) return null;
  const state = await Recogniser.available({ langs: [lang], processLocally: true }).catch(() => "unavailable");
  if (state !== "available") return null;
  const ear = new Recogniser();
  Object.assign(ear, { lang, processLocally: true, continuous: true, interimResults: false });
  ear.onresult = (event) => {
    for (let at = event.resultIndex; at < event.results.length; at++) heard(event.results[at][0].transcript.trim());
  };
  ear.onend = ear.onerror = over;
  return ear;
}

/** A button that writes what is spoken into the field, or null where that would leave the device. */
export async function microphone(t, field, grow) {
  const heard = (words) => {
    field.value = `${field.value} ${words}`.trim();
    grow();
  };
  const show = (on) => {
    mic.setAttribute("aria-pressed", String(on));
    mic.setAttribute("aria-label", on ? t.dictating : t.dictate);
  };
  const ear = await dictation(t.lang, heard, () => show(false));
  if (!ear) return null;
  const toggle = () => {
    const on = mic.getAttribute("aria-pressed") !== "true";
    ear[on ? "start" : "stop"]();
    show(on);
  };
  const mic = press("round mic", icon(MARK.mic), toggle, { "aria-label": t.dictate, "aria-pressed": "false" });
  return mic;
}

/** Tells what came in: to screen readers by the live region, to everybody who asked for it aloud. */
export class Voice {
  aloud = false;
  #live;
  #t;

  constructor(live, t) {
    this.#live = live;
    this.#t = t;
  }

  turn() {
    this.aloud = !this.aloud;
    hush();
  }

  quiet() {
    this.#live.replaceChildren();
    hush();
  }

  /** A payload; `first` is how many things a new plan has to do now. An alert is read out by its own card. */
  tell(payload, first) {
    const alert = (payload.type === "triage" && payload.level === "emergency") || payload.notice === "crisis";
    const text = spoken(payload, this.#t, first);
    if (this.aloud) speak(text, this.#t.lang);
    if (alert) return;
    const node = h("p", null, text);
    this.#live.append(node);
    setTimeout(() => node.remove(), HEARD);
  }
}
