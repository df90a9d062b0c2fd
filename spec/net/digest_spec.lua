local text = require("satchel.core").text

-- FIPS 180-4 examples
local abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
local none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

describe("the digest", function()
  it("is SHA-256", function()
    assert.equal(abc, text.hex(text.sha256 "abc"))
    assert.equal(none, text.hex(text.sha256 ""))
  end)

  it("takes its input in parts", function()
    assert.equal(abc, text.hex(text.sha256():update("a"):update(""):update("bc"):final()))
  end)

  it("takes nothing once it has ended", function()
    local d = text.sha256()
    d:final()
    assert.has_error(function() d:update "x" end)
    assert.has_error(function() d:final() end)
  end)
end)

describe("random bytes", function()
  it("are as many as asked for, and differ", function()
    for _, n in ipairs { 0, 1, 16, 10000 } do assert.equal(n, #text.random(n)) end
    assert.not_equal(text.random(16), text.random(16))
    assert.has_error(function() text.random(-1) end)
  end)
end)
