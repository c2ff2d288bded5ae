() => {
  // The page as one plain document, for engines that do not look into shadow trees: {html, css}. What was typed and
  // ticked is there as attributes; scripts are not, nor what only means something in a shadow tree.
  const LEFT_OUT = ["SCRIPT", "NOSCRIPT", "STYLE", "LINK", "IFRAME"];
  const flat = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.cloneNode();
    if (node.nodeType !== Node.ELEMENT_NODE || LEFT_OUT.includes(node.tagName)) return null;
    const inside = node.shadowRoot;
    const copy = inside ? document.createElement("div") : node.cloneNode(false);
    if (inside) copy.className = "host";
    if (inside) copy.dataset.at = node.hasAttribute("inline") ? "inline" : (node.getAttribute("place") ?? "");
    copy.removeAttribute("part");
    if (node.checked) copy.setAttribute("checked", "");
    if (node.tagName === "TEXTAREA") copy.textContent = node.value;
    else copy.append(...[...(inside ?? node).childNodes].map(flat).filter(Boolean));
    return copy;
  };
  const HOSTED = [
    [/:host\(\[place="?(\w+)"?\]\)/g, '.host[data-at="$1"]'],
    [/:host\(\[inline\]\)/g, '.host[data-at="inline"]'],
    [/:host|unknot-chat/g, ".host"],
  ];
  const hosted = (rule) => HOSTED.reduce((text, [from, to]) => text.replaceAll(from, to), rule);
  const chat = document.querySelector("unknot-chat")?.shadowRoot;
  const sheets = [...document.styleSheets, ...(chat?.adoptedStyleSheets ?? [])];
  const css = sheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => hosted(rule.cssText))).join("\n");
  const html = document.documentElement.cloneNode(false);
  const head = document.createElement("head");
  const charset = document.createElement("meta");
  charset.setAttribute("charset", "utf-8");
  const width = document.querySelector("meta[name=viewport]")?.cloneNode();
  const title = document.createElement("title");
  title.textContent = document.title;
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = "flat.css";
  head.append(...[charset, width, title, style].filter(Boolean));
  html.append(head, flat(document.body));
  return { html: `<!doctype html>\n${html.outerHTML}`, css };
}
