// Drives do-wrapper. The address of the API is fixed in it, so it is changed where it keeps it.
import doWrapper from "do-wrapper";

const [url, token] = process.argv.slice(2);
const { images, actions } = new doWrapper.default(token);
images.requestHelper.apiUrl = url + "/v2/"; // the one helper of all its parts

const listed = await images.getAll(undefined, true);
const results = {
  listed: listed.length,
  tagged: (await images.getAll("fleet", true)).length,
  slug: (await images.getByIdOrSlug("ubuntu-24-04-x64")).image.slug,
};
const { id, regions } = listed.find((image) => image.type === "snapshot");
const region = ["sgp1", "fra1"].find((slug) => !regions.includes(slug));
results.renamed = (await images.rename(id, "renamed")).image.name;
let { action } = await images.requestAction(id, { type: "transfer", region });
while (action.status === "in-progress") {
  await new Promise((resolve) => setTimeout(resolve, 200));
  ({ action } = await actions.getById(action.id));
}
results.transferred = action.status;
results.copied = (await images.getByIdOrSlug(id)).image.regions.includes(region);
await images.deleteById(id);
results.deleted = await images.getByIdOrSlug(id).then(() => "found", (error) => String(error.response.statusCode));
console.log(JSON.stringify(results));
