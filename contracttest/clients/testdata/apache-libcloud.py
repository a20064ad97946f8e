"""Drives libcloud, whose driver ignores the host that it is given: it is set on the connection, once made."""
import json
import sys
import urllib.parse

from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider

url, token = sys.argv[1:]
address = urllib.parse.urlparse(url)
driver = get_driver(Provider.DIGITAL_OCEAN)(token)
driver.ex_per_page = 50
connection = driver.connection
connection.secure, connection.host, connection.port = False, address.hostname, address.port
connection.connect()

images = driver.list_images()
results = {
    "listed": len(images),
    "slug": driver.get_image("ubuntu-24-04-x64").extra["slug"],
}
image = next(i for i in images if not i.extra["public"])
driver.delete_image(image)
try:
    driver.get_image(image.id)
except Exception as error:
    results["deleted"] = "404" if "(code: 404)" in str(error) else str(error)
print(json.dumps(results))
