# A custom image in several regions, and data sources.
terraform {
  required_providers {
    digitalocean = { source = "digitalocean/digitalocean" }
  }
}

variable "url" { type = string }
variable "token" { type = string }
variable "name" { type = string }
variable "regions" { type = set(string) }

provider "digitalocean" {
  api_endpoint = var.url
  token        = var.token
}

resource "digitalocean_custom_image" "made" {
  name         = var.name
  url          = "https://example.com/a.img"
  distribution = "Ubuntu"
  regions      = var.regions
}

data "digitalocean_image" "slug" {
  slug = "ubuntu-24-04-x64"
}

data "digitalocean_images" "distributions" {
  filter {
    key    = "type"
    values = ["base"]
  }
}

data "digitalocean_images" "own" {
  filter {
    key    = "type"
    values = ["snapshot", "backup", "custom"]
  }
  depends_on = [digitalocean_custom_image.made]
}

output "made" { value = digitalocean_custom_image.made }
output "slug" { value = data.digitalocean_image.slug.name }
output "distributions" { value = length(data.digitalocean_images.distributions.images) }
output "own" { value = length(data.digitalocean_images.own.images) }
