local text = require("satchel.core").text

describe("base64", function()
  -- RFC 4648 10
  for plain, encoded in pairs {
    [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==",
    fooba = "Zm9vYmE=", foobar = "Zm9vYmFy", ["\xfb\xff\xfe"] = "+//+",
  } do
    it(("encodes and decodes %q"):format(plain), function()
      assert.equal(encoded, text.base64(plain))
      assert.equal(plain, text.unbase64(encoded))
      assert.equal(plain, text.unbase64((encoded:gsub("=", ""))))
      assert.equal(plain, text.unbase64(encoded:gsub("..", "%0\r\n ") .. "\t"))
    end)
  end

  it("refuses what is no base64", function()
    for _, bad in ipairs { "Z", "Zg===", "Zm9v=", "Zm9=v", "Zh==", "Zm9!", "====", "Zm9vY" } do
      assert.is_nil(text.unbase64(bad), bad)
    end
  end)
end)

describe("hexadecimal digits", function()
  it("encode and decode every byte", function()
    local all = {}
    for i = 0, 255 do all[#all + 1] = string.char(i) end
    local s = table.concat(all)
    assert.equal("00", text.hex(s):sub(1, 2))
    assert.equal("feff", text.hex(s):sub(-4))
    assert.equal(s, text.unhex(text.hex(s)))
    assert.equal(s, text.unhex(text.hex(s):upper():gsub("....", "%0 \n")))
  end)

  it("refuse what is no pair of digits", function()
    for _, bad in ipairs { "0", "0g", "00 0", "0 0", "x" } do
      assert.is_nil(text.unhex(bad))
    end
  end)
end)
