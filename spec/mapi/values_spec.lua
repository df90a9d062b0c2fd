-- Values of the wire as scripts see them.
local values = require "satchel.mapi.values"

describe("mapi values", function()
  for _, case in ipairs {
    { 116444736000000000, 0 }, { 116444736000000001, 0 }, { 116444735999999999, -1 },
    { 132539328000000000, 1609459200 },
  } do
    it("reads the time " .. case[1], function()
      assert.equal(case[2], values.seconds(case[1]))
    end)
  end

  it("writes what it reads", function()
    for _, seconds in ipairs { 0, 1, -1, 1609459200, -11644473599, 253402300799 } do
      assert.equal(seconds, values.seconds(values.filetime(seconds)))
    end
  end)

  it("knows the times that say never", function()
    assert.is_nil(values.seconds(nil))
    assert.is_nil(values.seconds(0))
    assert.is_nil(values.seconds(0x7fffffffffffffff))
    assert.is_nil(values.seconds(0x0cb34557a3dd4000))
  end)

  it("gets values of a row, or the error in their place", function()
    local row = { [0x0037001f] = "x", [0x1000000a] = 0x8007000e, [0x3001001e] = "8" }
    assert.equal("x", values.get(row, 0x0037001f))
    assert.equal("8", values.get(row, 0x3001001f))
    local value, code = values.get(row, 0x1000001f)
    assert.is_nil(value)
    assert.equal(0x8007000e, code)
    assert.is_true(values.is_large(row, 0x1000001f))
    assert.is_false(values.is_large(row, 0x0037001f))
    assert.is_false(values.is_large(row, 0x1013001f))
  end)
end)
