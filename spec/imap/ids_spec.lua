local ids = require "satchel.imap.ids"
local satchel = require "satchel"

describe("ids of items", function()
  it("are UIDVALIDITY and UID", function()
    assert.equal("1700000000.42", ids.item(1700000000, 42))
    assert.same({ 1700000000, 42 }, { ids.parse "1700000000.42" })
    assert.same({ 4294967295, 4294967295 }, { ids.parse "4294967295.4294967295" })
  end)

  it("name the part of a message inside another", function()
    assert.equal("1.2:3", ids.embedded("1.2", "3"))
    assert.equal("1.2:3.4", ids.embedded("1.2:3", "3.4"))
    assert.same({ 1, 2, "3.4" }, { ids.parse "1.2:3.4" })
  end)

  for _, text in ipairs { "", "1", "1.", ".1", "1.2.3", "1.2:", "1.2:a", "a.b", "-1.2", "1.2\r\n",
    "12345678901.1", "1:2" } do
    it("are not " .. text:gsub("%c", "?"), function()
      local ok, err = satchel.try(ids.parse, text)
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end)
  end

  it("say when the folder was numbered anew", function()
    local err = ids.renumbered("Inbox", 7, 8, "7.2")
    assert.equal("conflict", err.kind)
    assert.equal("item 7.2: the server has renumbered folder 'Inbox' (UIDVALIDITY was 7, is 8)",
      err.message)
    assert.matches("query the folder for the new ones", err.hint)
    assert.equal("the server has renumbered folder 'x' (UIDVALIDITY was none, is 8)",
      ids.renumbered("x", nil, 8).message)
  end)
end)
