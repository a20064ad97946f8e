# Sends each request that comes in as a line of JSON, while VCR records it.
#
# ruby vcr.rb FOLDER SERIALIZER EXACT
require "json"
require "net/http"
require "vcr"
require "webmock"

folder, serializer, exact = ARGV
VCR.configure do |config|
  config.cassette_library_dir = folder
  config.hook_into :webmock
  config.preserve_exact_body_bytes { exact == "exact" }
end
options = { record: :all, serialize_with: serializer.to_sym }
VCR.use_cassette("session", options) do
  $stdin.each_line do |line|
    asked = JSON.parse(line)
    uri = URI(asked["url"])
    request = Net::HTTPGenericRequest.new(asked["method"], !asked["body"].empty?, true, uri, asked["headers"])
    request.body = asked["body"] unless asked["body"].empty?
    response = Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
    puts JSON.generate(status: response.code.to_i, body: response.body.to_s)
    $stdout.flush
  end
end
