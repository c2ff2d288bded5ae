// Keeps the page itself for when there is no network: the danger signs, the number, and the chat that shows the last
// plan. Conversations never pass through here.
const SHELF = "unknot";
const SHELL = ["/", "/widget/page.css", "/widget/unknot.js", "/widget/icon.svg", "/widget/app.webmanifest"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(SHELL)));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function freshOrKept(request, path) {
  const shelf = await caches.open(SHELF);
  try {
    const response = await fetch(request);
    if (response.ok) await shelf.put(path, response.clone());
    return response;
  } catch {
    return (await shelf.match(path)) ?? Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin || !SHELL.includes(pathname)) return;
  event.respondWith(freshOrKept(event.request, pathname));
});
