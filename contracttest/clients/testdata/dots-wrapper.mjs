// Drives dots-wrapper, whose endpoint is the address of the API.
import dotsWrapper from "dots-wrapper";

const [url, token] = process.argv.slice(2);
const { action: actions, image: images } = dotsWrapper.createApiClient({ token, endpoint: url + "/v2" });
const pause = () => new Promise((resolve) => setTimeout(resolve, 200));

async function all(query) {
  const found = [];
  for (let page = 1; ; page++) {
    const { data } = await images.listImages({ ...query, page, per_page: 50 });
    found.push(...data.images);
    if (!data.links.pages?.next) return found;
  }
}

const results = {
  listed: (await all({})).length,
  distributions: (await all({ type: "distribution" })).length,
  applications: (await all({ type: "application" })).length,
  own: (await all({ user_images: true })).length,
  tagged: (await all({ tag_name: "fleet" })).length,
  slug: (await images.getImage({ slug: "ubuntu-24-04-x64" })).data.image.slug,
};
const request = { name: "new", url: "https://example.com/a.img", region: "nyc3", distribution: "Ubuntu" };
let { image } = (await images.createCustomImage(request)).data;
results.created = image.status;
const image_id = image.id;
while (["NEW", "pending"].includes(image.status)) {
  await pause();
  ({ image } = (await images.getImage({ image_id })).data);
}
results.imported = image.status;
let { action } = (await images.transferImage({ image_id, region: "fra1" })).data;
while (action.status === "in-progress") {
  await pause();
  ({ action } = (await actions.getAction({ action_id: action.id })).data);
}
results.transferred = action.status;
results.copied = (await images.getImage({ image_id })).data.image.regions.includes("fra1");
// It sends an update with POST, which no operation of the API has.
await images.updateImage({ image_id, name: "renamed" }).catch((error) => (results.renamed = String(error.response.status)));
await images.deleteImage({ image_id });
results.deleted = await images.getImage({ image_id }).then(() => "found", (error) => String(error.response.status));
console.log(JSON.stringify(results));
