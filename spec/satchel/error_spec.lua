local error_object = require "satchel.error"

describe("an error object", function()
  it("names the caller's file and line", function()
    local line = debug.getinfo(1, "l").currentline + 1
    local ok, err = pcall(function() error_object.raise { kind = "denied", message = "no" } end)
    assert.is_false(ok)
    assert.equal("denied", err.kind)
    assert.matches("error_spec%.lua:" .. line .. "$", err.where)
    assert.equal(err.where .. ": no", tostring(err))
  end)

  it("skips frames of the library", function()
    local options = require "satchel.options"
    local line = debug.getinfo(1, "l").currentline + 1
    local ok, err = pcall(function() options.check("open", { a = 1 }, {}) return true end)
    assert.is_false(ok)
    assert.matches("error_spec%.lua:" .. line .. ": open: unknown option 'a'$", tostring(err))
  end)

  it("shows the server's name of the error and the hint", function()
    local err = error_object.new { kind = "not_found", message = "no such folder",
      name = "ecNotFound", hint = "look elsewhere" }
    assert.equal("no such folder [ecNotFound] (look elsewhere)", tostring(err))
  end)

  it("keeps every field it is given", function()
    local fields = { kind = "throttled", message = "slow", code = 7, op = "execute",
      server = "h", retry_after = 3, uncertain = true, stage = "connect" }
    local err = error_object.new(fields)
    for name, value in pairs(fields) do assert.equal(value, err[name]) end
  end)

  it("is retryable by its kind, unless it may have happened", function()
    assert.is_true(error_object.new { kind = "network" }.retryable)
    assert.is_false(error_object.new { kind = "network", uncertain = true }.retryable)
    assert.is_nil(error_object.new { kind = "denied" }.retryable)
  end)

  it("is one of the known kinds", function()
    assert.equal("server", error_object.new { kind = "odd", message = "x" }.kind)
    assert.equal("invalid", error_object.new("text").kind)
  end)

  it("is not wrapped twice", function()
    local err = error_object.new { kind = "auth" }
    assert.equal(err, error_object.new(err))
    local _, again = pcall(error_object.raise, err)
    assert.equal(err, again)
  end)
end)

describe("try", function()
  it("returns results", function()
    assert.same({ true, 1, nil, 3, n = 4 },
      table.pack(error_object.try(function(...) return ... end, 1, nil, 3)))
  end)

  it("returns any error as an object", function()
    local ok, err = error_object.try(error, "plain", 0)
    assert.is_false(ok)
    assert.is_true(error_object.is(err))
    assert.equal("plain", err.message)
  end)
end)

describe("assert", function()
  it("passes results and raises nil, err", function()
    assert.same({ 1, 2 }, { error_object.assert(1, 2) })
    assert.is_false(error_object.assert(false))
    local ok, err = pcall(error_object.assert, nil, { kind = "tls", message = "m" })
    assert.is_false(ok)
    assert.equal("tls", err.kind)
  end)
end)
