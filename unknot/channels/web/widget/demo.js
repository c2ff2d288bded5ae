// The demonstration page: the tag of this server, examples, and the widget's methods and events.
const { file, integrity } = await (await fetch("/widget/embed.json")).json();
const at = `${location.origin}/widget/${file}`;
const tag = `<script type="module" crossorigin\n  src="${at}"\n  integrity="${integrity}"></` + "script>";

const EXAMPLES = {
  tag,
  html: `${tag}\n<unknot-chat place="left" locale="en"></unknot-chat>`,
  react: `import { useEffect, useRef } from "react";

export function Unknot({ question, onReply }) {
  const chat = useRef(null);
  useEffect(() => {
    const node = chat.current;
    node.addEventListener("unknot-reply", onReply);
    return () => node.removeEventListener("unknot-reply", onReply);
  }, [onReply]);
  return <unknot-chat ref={chat} inline="" question={question} />;
} // index.html holds the script tag above`,
  wordpress: `add_action('wp_head', function () {
  echo '<script type="module" crossorigin src="${at}"
    integrity="${integrity}"></` + `script>';
});`,
};
for (const [id, text] of Object.entries(EXAMPLES)) document.getElementById(id).textContent = text;

const chat = document.querySelector("unknot-chat");
const DO = {
  say: () => chat.say("How do I get fast relief?"),
  prefill: () => chat.prefill("My lower back "),
  restart: () => chat.restart(),
  erase: () => chat.erase(),
};
for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("click", () => DO[button.dataset.do]());

const events = [];
for (const name of ["ready", "open", "close", "reply"]) {
  chat.addEventListener(`unknot-${name}`, ({ detail }) => {
    events.push(detail ? `${name} (${detail.type})` : name);
    document.getElementById("events").textContent = events.join(", ");
  });
}
