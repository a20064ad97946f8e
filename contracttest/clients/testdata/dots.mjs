// Drives dots, whose adapter has the address of the API.
import { createDigitalOceanClient, DigitalOceanApiKeyAuthenticationProvider } from "@digitalocean/dots";
import { FetchRequestAdapter } from "@microsoft/kiota-http-fetchlibrary";

const [url, token] = process.argv.slice(2);
const adapter = new FetchRequestAdapter(new DigitalOceanApiKeyAuthenticationProvider(token));
adapter.baseUrl = url;
const { images } = createDigitalOceanClient(adapter).v2;
const pause = () => new Promise((resolve) => setTimeout(resolve, 200));

async function all(query) {
  const found = [];
  for (let page = 1; ; page++) {
    const list = await images.get({ queryParameters: { ...query, page, perPage: 50 } });
    found.push(...list.images);
    if (list.images.length < 50) return found;
  }
}

const results = {
  listed: (await all({})).length,
  distributions: (await all({ type: "distribution" })).length,
  applications: (await all({ type: "application" })).length,
  own: (await all({ private: true })).length,
  slug: (await images.byImage_id("ubuntu-24-04-x64").get()).image.slug,
};
const request = { name: "new", url: "https://example.com/a.img", region: "nyc3", distribution: "Ubuntu" };
let { image } = await images.post(request);
results.created = image.status;
const one = images.byImage_id(image.id);
while (["NEW", "pending"].includes(image.status)) {
  await pause();
  ({ image } = await one.get());
}
results.imported = image.status;
results.renamed = (await one.put({ name: "renamed" })).image.name;
// It finds no action in the response, and cannot decode the region of one that it reads.
await one.actions.post({ type: "transfer", region: "fra1" });
do {
  await pause();
  ({ image } = await one.get());
} while (!image.regions.includes("fra1"));
results.copied = true;
await one.delete();
results.deleted = await one.get().then(() => "found", (error) => String(error.responseStatusCode ?? error.id ?? error));
console.log(JSON.stringify(results));
