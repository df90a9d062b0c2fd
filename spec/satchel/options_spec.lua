local options = require "satchel.options"
local try = require("satchel.error").try

local spec = {
  password = { type = "string|callable" }, timeout = { type = "number", default = 60 },
  user = { type = "string", required = true }, count = { type = "integer" },
  mode = { one_of = { "read", "write" } },
  even = { type = "integer", convert = function(n) return n * 2 end },
}

describe("options", function()
  it("get their defaults", function()
    assert.same({ user = "a", timeout = 60 }, options.check("open", { user = "a" }, spec))
  end)

  it("are converted", function()
    assert.equal(4, options.check("open", { user = "a", even = 2 }, spec).even)
  end)

  it("leave the caller's table alone", function()
    local given = { user = "a" }
    options.check("open", given, spec)
    assert.same({ user = "a" }, given)
  end)

  for _, case in ipairs {
    { { user = "a", pasword = "x" }, "open: unknown option 'pasword'; did you mean 'password'?" },
    { { user = "a", [1] = "x" },
      "open: options have names; the string without one is unknown" },
    { { user = 1 }, "open: option 'user' is a number where a string is expected" },
    { { user = "a", password = {} },
      "open: option 'password' is a table where a string or a function is expected" },
    { { user = "a", count = 1.5 },
      "open: option 'count' is a number where an integer is expected" },
    { {}, "open: option 'user' is missing" },
    { "x", "open: options are a table, not a string" },
    { { user = "a", mode = "raed" },
      "open: option 'mode' is 'raed'; did you mean 'read'?; it is one of 'read', 'write'" },
  } do
    it("refuse: " .. case[2], function()
      local ok, err = try(options.check, "open", case[1], spec)
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
      assert.equal(case[2], err.message)
    end)
  end

  it("take what can be called for a function", function()
    local callable = setmetatable({}, { __call = function() end })
    local opts = options.check("open", { user = "a", password = callable }, spec)
    assert.equal(callable, opts.password)
  end)

  it("check single arguments", function()
    assert.equal("x", options.argument("get", "the id", "x", "string"))
    local _, err = try(options.argument, "get", "the id", nil, "string")
    assert.equal("get: the id is nil where a string is expected", err.message)
  end)
end)
