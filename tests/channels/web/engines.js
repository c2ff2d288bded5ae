// What each engine finds on the page that it is in: [{rule, where, says}].
(() => {
  const short = (node) => (node?.outerHTML ?? "").slice(0, 120);

  async function axeCore(tags) {
    const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] };
    const { violations } = await axe.run(document, options);
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => ({ rule: id, where: target.flat().join(" "), says: failureSummary || help })),
    );
  }

  async function ibm() {
    const { results } = await new ace.Checker().check(document, ["WCAG_2_2"]);
    const failed = results.filter(({ value }) => value[1] === "FAIL");
    return failed.map(({ ruleId, message, path, snippet }) => ({ rule: ruleId, where: path.dom, says: `${message} ${snippet}` }));
  }

  const htmlcs = () =>
    new Promise((done) =>
      HTMLCS.process("WCAG2AA", document, () => {
        const errors = HTMLCS.getMessages().filter(({ type }) => type === HTMLCS.ERROR);
        done(errors.map(({ code, msg, element }) => ({ rule: code, where: short(element), says: msg })));
      }),
    );

  const MOST = 3000;
  const NAMELESS = /^(button|link|checkbox|radio|textbox|img|image|heading|dialog)(, (not )?[a-z]+|, level \d)*$/;
  const STATE = /^(not )?(pressed|checked|expanded|disabled|invalid|selected)$/;
  const BOX = /^(paragraph|list|group|status|alert|complementary|region|listitem\b.*|dialog\b.*|end of .*)$/;

  // A screen reader walks over the whole page: nothing without a name, nothing twice in a row, nothing left out.
  async function heard() {
    const { virtual } = await import("/virtual.js");
    await virtual.start({ container: document.body });
    for (let n = 0; n < MOST && (await virtual.lastSpokenPhrase()) !== "end of document"; n++) await virtual.next();
    const phrases = await virtual.spokenPhraseLog();
    await virtual.stop();
    const nameless = phrases.filter((one) => NAMELESS.test(one) && one.split(", ").slice(1).every((part) => STATE.test(part) || part.startsWith("level")));
    const twice = phrases.filter((one, at) => at && one === phrases[at - 1] && !BOX.test(one));
    const said = phrases.join(" ").replace(/\s+/g, " ");
    const shown = [...document.querySelectorAll("a[href], button, summary, input, textarea, h1, h2, h3")].filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("[inert], details:not([open]) > :not(summary)"));
    const name = (node) => (node.getAttribute("aria-label") ?? node.innerText ?? "").replace(/\s+/g, " ").trim();
    const missed = shown.filter((node) => name(node) && !name(node).split(/(?<=[.!?]) /).every((part) => said.includes(part)));
    const found = [];
    if (phrases.at(-1) !== "end of document") found.push({ rule: "never ends", where: phrases.at(-1), says: `${phrases.length} phrases` });
    for (const one of nameless) found.push({ rule: "no name", where: one, says: "" });
    for (const one of twice) found.push({ rule: "twice in a row", where: one, says: "" });
    for (const node of missed) found.push({ rule: "not heard", where: short(node), says: name(node) });
    return found;
  }

  window.engines = { axeCore, ibm, htmlcs, heard };
})();
