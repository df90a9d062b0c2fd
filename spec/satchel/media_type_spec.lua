local media_type = require "satchel.media_type"

describe("a media type", function()
  for _, case in ipairs {
    { "a.pdf", "application/pdf" }, { "A.PDF", "application/pdf" },
    { "x.tar.gz", "application/gzip" },
    { "noextension", "application/octet-stream" }, { nil, "application/octet-stream" },
    { "a.", "application/octet-stream" }, { "photo.jpeg", "image/jpeg" },
  } do
    it(("of %s is %s"):format(case[1], case[2]), function()
      assert.equal(case[2], media_type.of(case[1]))
    end)
  end
end)
