"""Drives python-digitalocean, which reads the address of the API from DIGITALOCEAN_END_POINT."""
import json
import os
import sys
import time

url, token = sys.argv[1:]
os.environ["DIGITALOCEAN_END_POINT"] = url + "/v2/"
import digitalocean

manager = digitalocean.Manager(token=token)
results = {
    "listed": len(manager.get_all_images()),
    "distributions": len(manager.get_distro_images()),
    "applications": len(manager.get_app_images()),
    "own": len(manager.get_my_images()),
    "slug": manager.get_image("ubuntu-24-04-x64").slug,
}
image = digitalocean.Image(token=token, name="new", url="https://example.com/a.img", region="nyc3", distribution="Ubuntu")
results["created"] = image.create().status
while image.status in ("NEW", "pending"):
    time.sleep(0.2)
    image.load()
results["imported"] = image.status
results["renamed"] = image.rename("renamed")["image"]["name"]
action = digitalocean.Action.get_object(token, image.transfer("fra1")["action"]["id"])
results["transferred"] = "completed" if action.wait(0.2) else "errored"
results["copied"] = "fra1" in image.load().regions
image.destroy()
try:
    image.load()
except digitalocean.NotFoundError:
    results["deleted"] = "404"
print(json.dumps(results))
