// Drives digitalocean, whose options have the scheme and the host.
import digitalocean from "digitalocean";

const [url, token] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const { images } = digitalocean.client(token, { protocol: "http:", hostname, port });

// The list that it returns can read its further pages itself, but asks for the first one again each time.
async function all(query) {
  const found = [];
  for (let page = 1; ; page++) {
    const list = await images.list({ ...query, page, per_page: 50 });
    if (list.length === undefined) return found; // an empty page is an object to it
    found.push(...list);
    if (list.length < 50) return found;
  }
}

const own = await all({ private: true });
const results = {
  listed: (await all({})).length,
  distributions: (await all({ type: "distribution" })).length,
  applications: (await all({ type: "application" })).length,
  own: own.length,
  tagged: (await all({ tag_name: "fleet" })).length,
  slug: (await images.get("ubuntu-24-04-x64")).slug,
};
const { id, regions } = own.find((image) => image.type === "snapshot");
const region = ["sgp1", "fra1"].find((slug) => !regions.includes(slug));
results.renamed = (await images.update(id, { name: "renamed" })).name;
let action = await images.transfer(id, region);
while (action.status === "in-progress") {
  await new Promise((resolve) => setTimeout(resolve, 200));
  action = await images.getAction(id, action.id); // its actions.get asks for /v2/action, which no API has
}
results.transferred = action.status;
results.copied = (await images.get(id)).regions.includes(region);
await images.delete(id);
results.deleted = await images.get(id).then(() => "found", (error) => String(error.statusCode));
console.log(JSON.stringify(results));
