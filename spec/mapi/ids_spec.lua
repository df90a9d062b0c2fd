-- Ids of folders and items as text, there and back.
local ids = require "satchel.mapi.ids"

describe("mapi ids", function()
  it("are the bytes of the wire", function()
    assert.equal("0100000000000d00", ids.folder(0x000d000000000001))
    assert.equal("0100000000000d000100000000012345",
      ids.item(0x000d000000000001, 0x4523010000000001))
  end)

  for _, fid in ipairs { 1, -1, 0x0d00000000000001, math.mininteger, math.maxinteger } do
    it("come back: " .. fid, function()
      assert.equal(fid, ids.parse_folder(ids.folder(fid)))
      local f, m, path = ids.parse_item(ids.item(fid, ~fid))
      assert.equal(fid, f)
      assert.equal(~fid, m)
      assert.same({}, path)
    end)
  end

  it("name messages inside messages", function()
    local id = ids.embedded(ids.embedded(ids.item(1, 2), 0), 13)
    local fid, mid, path = ids.parse_item(id)
    assert.same({ 1, 2, { 0, 13 } }, { fid, mid, path })
  end)

  local item = ids.item(1, 2)
  for _, bad in ipairs { "", "x", 7, item:sub(1, 31), item .. "0", item:upper() .. "G",
    item .. ":", item .. ":x", item .. ":1:", " " .. item, item .. "\n" } do
    it(("refuse %q"):format(tostring(bad)), function()
      local ok, err = pcall(ids.parse_item, bad)
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
      assert.is_false((pcall(ids.parse_folder, bad)))
    end)
  end
end)
