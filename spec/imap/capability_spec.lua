local capability = require "satchel.imap.capability"

describe("capabilities of IMAP", function()
  it("are known in any case, and kept as they were said", function()
    local c = capability.new { "IMAP4rev1", "Move", "AUTH=plain" }
    assert.is_true(c:has "MOVE")
    assert.is_true(c:has "move")
    assert.is_false(c:has "UIDPLUS")
    assert.same({ "IMAP4rev1", "Move", "AUTH=plain" }, c.list)
  end)

  for offered, has in pairs {
    IMAP4rev2 = { "MOVE", "UIDPLUS", "ESEARCH", "SEARCHRES", "IDLE", "NAMESPACE", "LITERAL-",
      "SASL-IR", "LIST-STATUS", "SPECIAL-USE", "UNSELECT", "ENABLE", "STATUS=SIZE" },
    QRESYNC = { "CONDSTORE", "ENABLE" }, ["LITERAL+"] = { "LITERAL-" },
  } do
    it("of " .. offered .. " include others", function()
      local c = capability.new { offered }
      for _, name in ipairs(has) do assert.is_true(c:has(name), name) end
      assert.is_false(c:has "QUOTA")
    end)
  end

  for _, case in ipairs { { {}, "sync" }, { { "LITERAL-" }, "minus" }, { { "LITERAL+" }, "plus" },
    { { "IMAP4rev2" }, "minus" }, { { "literal+", "LITERAL-" }, "plus" } } do
    it("say how literals are taken: " .. table.concat(case[1], " "), function()
      assert.equal(case[2], capability.new(case[1]):literals())
    end)
  end

  it("have values", function()
    local c = capability.new { "AUTH=PLAIN", "auth=SCRAM-SHA-1", "APPENDLIMIT=100", "AUTHX=1" }
    assert.same({ "PLAIN", "SCRAM-SHA-1" }, c:values "AUTH")
    assert.same({ "100" }, c:values "APPENDLIMIT")
    assert.same({}, c:values "THREAD")
  end)
end)
