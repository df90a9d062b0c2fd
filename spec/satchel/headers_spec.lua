local headers = require "satchel.headers"

local raw <const> = "Received: by a\r\n\tfor b\r\nReceived: by c\r\nList-Id: <x.y>\r\nBad line\r\n"

describe("headers", function()
  local parsed = headers.parse(raw)

  it("are a list in their order", function()
    assert.equal(3, #parsed)
    assert.same({ name = "Received", value = "by a for b" }, parsed[1])
  end)

  it("are found by name in any case", function()
    assert.equal("<x.y>", parsed["list-id"])
    assert.equal("by a for b", parsed.RECEIVED)
    assert.is_nil(parsed.subject)
    assert.is_nil(parsed[9])
  end)

  it("keep what came", function()
    assert.equal(raw, tostring(parsed))
    assert.equal(raw, parsed.raw)
  end)
end)

describe("values of headers", function()
  it("are as people read them", function()
    local text = "X-Spec: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\n"
    local parsed = headers.parse(text)
    assert.equal("Größe", parsed["X-Spec"])
    assert.equal(text, parsed.raw)
  end)
end)
