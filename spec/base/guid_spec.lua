local text = require("satchel.core").text

local set = "00062003-0000-0000-c000-000000000046"

describe("a GUID", function()
  it("has its first three numbers little-endian", function()
    assert.equal("\x03\x20\x06\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", text.guid_bytes(set))
    assert.equal("03020100-0504-0706-0809-0a0b0c0d0e0f",
      text.guid_text "\0\1\2\3\4\5\6\7\8\9\10\11\12\13\14\15")
  end)

  it("comes back, from either case and from braces", function()
    assert.equal(set, text.guid_text(text.guid_bytes(set)))
    assert.equal(set, text.guid_text(text.guid_bytes("{" .. set:upper() .. "}")))
  end)

  it("is nothing else", function()
    for n = 0, #set - 1 do assert.is_nil(text.guid_bytes(set:sub(1, n))) end
    for _, bad in ipairs {
      set .. "0", "{" .. set, set .. "}", (set:gsub("-", "0")), (set:gsub("c", "g")),
      (set:gsub("0000%-0000", "00000-000")),
    } do
      assert.is_nil(text.guid_bytes(bad))
    end
    assert.is_nil(text.guid_text(("x"):rep(15)))
    assert.is_nil(text.guid_text(("x"):rep(17)))
  end)

  it("is random, of version 4, and each time another", function()
    local a, b = text.guid(), text.guid()
    assert.not_equal(a, b)
    assert.matches("^%x+%-%x+%-4%x%x%x%-[89ab]%x%x%x%-%x+$", a)
    assert.equal(36, #a)
  end)
end)
