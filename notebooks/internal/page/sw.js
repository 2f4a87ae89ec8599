// Keeps the page for when there is no network. With a network, the newest page is shown.
const name = "page-to-draw-on", scope = self.registration.scope;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(name).then((cache) => cache.add(scope)));
});
self.addEventListener("fetch", (event) => {
  const address = event.request.url.replace(/(index\.html)?([?#].*)?$/, "");
  if (event.request.mode === "navigate" && address === scope) event.respondWith(load(event.request)); // below it there may be other pages
});

async function load(request) {
  const cache = await caches.open(name);
  try {
    const page = await fetch(request);
    if (page.ok) await cache.put(scope, page.clone());
    return page;
  } catch (error) {
    const kept = await cache.match(scope);
    if (kept) return kept;
    throw error;
  }
}
