// Drives digitalocean-js, whose second argument is the address of the API.
import { DigitalOcean } from "digitalocean-js";

const [url, token] = process.argv.slice(2);
const { images, imageActions, actions } = new DigitalOcean(token, url + "/v2");

async function all(list) {
  const found = [];
  for (let page = 1; ; page++) {
    const images = await list(50, page);
    found.push(...images);
    if (images.length < 50) return found;
  }
}

const own = await all((perPage, page) => images.getUserImages(perPage, page));
const results = {
  listed: (await all((perPage, page) => images.getAllImages(perPage, page))).length,
  distributions: (await all((perPage, page) => images.getAllDistributionImages(perPage, page))).length,
  applications: (await all((perPage, page) => images.getAllApplicationImages(perPage, page))).length,
  own: own.length,
  slug: (await images.getExistingImageBySlug("ubuntu-24-04-x64")).slug,
};
const { id, regions } = own.find((image) => image.type === "snapshot");
const region = ["sgp1", "fra1"].find((slug) => !regions.includes(slug));
results.renamed = (await images.updateImageName(id, "renamed")).name;
let action = await imageActions.transferImage(id, region);
while (action.status === "in-progress") {
  await new Promise((resolve) => setTimeout(resolve, 200));
  action = await actions.getExistingAction(action.id);
}
results.transferred = action.status;
results.copied = (await images.getExistingImage(id)).regions.includes(region);
await images.deleteImage(id);
results.deleted = await images.getExistingImage(id).then(() => "found", (error) => String(error.response.status));
console.log(JSON.stringify(results));
