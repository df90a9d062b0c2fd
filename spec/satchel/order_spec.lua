local order = require "satchel.order"
local try = require("satchel.error").try

describe("an order", function()
  for _, case in ipairs {
    { nil, {} }, { "received", { { field = "received", descending = false } } },
    { "-received", { { field = "received", descending = true } } },
    { { "-received", "+subject" }, { { field = "received", descending = true },
      { field = "subject", descending = false } } },
    { "-PidTagImportance", { { field = "PidTagImportance", descending = true } } },
    { { 0x00260003 }, { { field = 0x00260003, descending = false } } },
  } do
    it("compiles", function() assert.same(case[2], order.compile(case[1])) end)
  end

  for _, case in ipairs {
    { "-recieved", "invalid", "did you mean 'received'" }, { "html", "unsupported", "not sorted" },
    { { true }, "invalid", "names no field" },
  } do
    it("refuses what " .. case[3], function()
      local ok, err = try(order.compile, case[1])
      assert.is_false(ok)
      assert.equal(case[2], err.kind)
      assert.matches(case[3], err.message)
    end)
  end
end)
