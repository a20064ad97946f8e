// Drives digitalocean, whose options have the scheme and the host.
import digitalocean from "digitalocean";

const [url, token] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const { images } = digitalocean.client(token, { protocol: "http:", hostname, port });

// A list reads its further pages by itself.
async function all(query) {
  const found = [];
  const iterator = (await images.list({ ...query, per_page: 50 })).iterator();
  for (let next = iterator.next(); !next.done; next = iterator.next()) found.push(await next.value);
  return found;
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
