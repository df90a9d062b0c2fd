local satchel = require "satchel"

describe("satchel", function()
  it("is loaded without the C core", function()
    local child = io.popen([[lua5.4 -e 'require "satchel"
      for name in pairs(package.loaded) do
        if name:find "core" or name:find "mapi" then print(name) end
      end']])
    assert.equal("", child:read "a")
    child:close()
  end)

  it("has each operator", function()
    for _, name in ipairs { "contains", "prefix", "equals", "since", "before", "between",
      "larger", "smaller", "exists", "any", "all", "none" } do
      assert.is_function(satchel[name])
    end
  end)

  for _, case in ipairs { { "open", "x.msg" }, { "migrate", {} } } do
    it("cannot " .. case[1] .. " yet", function()
      local ok, err = satchel.try(satchel[case[1]], case[2])
      assert.is_false(ok)
      assert.equal("unsupported", err.kind)
    end)
  end

  it("names the nearest way to get tokens", function()
    local _, err = satchel.try(function() return satchel.oauth.devise end)
    assert.equal("invalid", err.kind)
    assert.matches("did you mean 'device'", err.message)
    assert.is_function(satchel.oauth.code)
  end)

  it("says where a task was spawned, if nothing else is left of its stack", function()
    local line = debug.getinfo(1, "l").currentline + 1
    local task = satchel.spawn(satchel.open, "x.eml")
    local _, err = satchel.try(task.join, task)
    assert.matches("satchel_spec%.lua:" .. line .. ":", tostring(err))
  end)

  it("runs tasks", function()
    local order = {}
    local task = satchel.spawn(function(x)
      satchel.sleep(0)
      order[#order + 1] = x
      return x
    end, "a")
    assert.equal("a", task:join())
    satchel.spawn(function() order[#order + 1] = "b" end)
    satchel.run()
    assert.same({ "a", "b" }, order)
    assert.same({ 1 }, satchel.join { satchel.spawn(function() return 1 end) })
    assert.is_false(satchel.step())
    assert.is_true(satchel.fd() >= 0)
    assert.is_number(satchel.timeout())
  end)
end)
