// Keeps the page for when there is no network. With a network, the newest page is shown.
const name = "page-to-draw-on";
self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(name).then((cache) => cache.add(self.registration.scope)));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith((async () => {
    const cache = await caches.open(name);
    try {
      const page = await fetch(event.request);
      if (page.ok) await cache.put(self.registration.scope, page.clone());
      return page;
    } catch (error) {
      const kept = await cache.match(self.registration.scope);
      if (kept) return kept;
      throw error;
    }
  })());
});
