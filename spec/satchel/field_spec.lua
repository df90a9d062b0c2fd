local field = require "satchel.field"
local null = require "satchel.null"
local satchel = require "satchel"

describe("a field", function()
  for _, case in ipairs {
    { "subject", "x", "x" }, { "unread", false, false }, { "unread", true, true },
    { "received", "1970-01-02", 86400 }, { "importance", "low", "low" },
    { "categories", "Red", { "Red" } }, { "categories", { "a", "b" }, { "a", "b" } },
    { "references", { "<a>", "<b>" }, "<a> <b>" }, { "text", "a\nb", "a\nb" },
    { "subject", null, null }, { "from", "a@b", { email = "a@b" } },
    { "to", "a@b, c@d", { { email = "a@b" }, { email = "c@d" } } },
  } do
    it(case[1] .. " takes its values", function()
      assert.same(case[3], field.accept(case[1], case[2], "update"))
    end)
  end

  for _, case in ipairs {
    { "subject", "a\r\nBcc: x" }, { "subject", 12 }, { "unread", "yes" }, { "text", {} },
    { "importance", "urgent" }, { "categories", 1 }, { "categories", { "a\nb" } },
    { "message_id", "<a>\r" }, { "received", "now" }, { "from", "a@b, c@d" },
    { "to", "a@b\nx" }, { "references", "<a>\n<b>" },
  } do
    it(case[1] .. " refuses others", function()
      local ok, err = satchel.try(field.accept, case[1], case[2], "update")
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
      assert.matches("^update: field '" .. case[1] .. "'", err.message)
    end)
  end

  it("is read with its group", function()
    assert.same({ "rtf" }, field.group_of "rtf")
    assert.same({ "headers" }, field.group_of "headers")
    local light, body = field.group_of "to", field.group_of "html"
    assert.is_true(#body > #light)
    assert.is_falsy(table.concat(light, " "):find "html")
    assert.matches("attachments", table.concat(body, " "))
  end)

  it("has a sound row", function()
    for name, row in pairs(field.rows) do
      assert.is_string(row.type, name)
      assert.is_nil(field.of_other_kinds[name], name)
      if row.type == "enum" then assert.is_table(row.values) end
    end
    for _, name in ipairs(field.columns) do assert.is_table(field.rows[name], name) end
  end)

  it("is told from a property", function()
    for _, key in ipairs { "PidTagSubject", "PidLidX", "PidNameY", 1, satchel.named("S", 1) } do
      assert.is_true(field.is_property(key))
    end
    for _, key in ipairs { "subject", "pidTagX", true, {} } do
      assert.is_false(field.is_property(key))
    end
  end)
end)
