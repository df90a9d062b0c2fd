local named = require "satchel.named"
local try = require("satchel.error").try

describe("a named property", function()
  it("has a set and a number or a name", function()
    local key = named.new("PSETID_Task", 0x8105, "Time")
    assert.equal("PSETID_Task", key.set)
    assert.equal(0x8105, key.lid)
    assert.equal("Time", key.type)
    assert.equal("PSETID_Task/0x8105", tostring(key))
    assert.equal("x-spam", named.new("PS_INTERNET_HEADERS", "x-spam").name)
    assert.equal("PidLidTaskDueDate", named.new("PidLidTaskDueDate").name)
  end)

  it("equals another of the same name", function()
    assert.equal(named.new("S", 1), named.new("S", 1))
    assert.is_false(named.new("S", 1) == named.new("S", 2))
  end)

  for _, case in ipairs { { nil, 1 }, { "S", 1.5 }, { "S", {} }, { "S", 1, 2 } } do
    it("refuses other types", function()
      local ok, err = try(named.new, case[1], case[2], case[3])
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end)
  end
end)

describe("null", function()
  local null = require "satchel.null"

  it("is one of its kind", function()
    assert.equal("satchel.null", tostring(null))
    assert.is_false(pcall(function() null.x = 1 end))
  end)
end)
