local field = require "satchel.field"
local fields = require "satchel.imap.fields"

local function has(...)
  local set = {}
  for _, name in ipairs { ... } do set[name] = true end
  return function(name) return set[name] == true end
end

describe("what FETCH asks for", function()
  for _, case in ipairs {
    { {}, nil },
    { { "id" }, nil },
    { { "subject", "from" }, "ENVELOPE" },
    { { "unread", "flagged", "categories" }, "FLAGS" },
    { { "size", "received", "unread", "subject" }, "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE" },
    { { "has_attachments" }, "BODYSTRUCTURE" },
    { { "text" }, "BODYSTRUCTURE" },
    { { "references" }, "BODY.PEEK[HEADER.FIELDS (REFERENCES)]" },
    { { "sensitivity", "importance" }, "BODY.PEEK[HEADER.FIELDS "
      .. "(IMPORTANCE X-PRIORITY PRIORITY X-MSMAIL-PRIORITY SENSITIVITY)]" },
    { { "headers" }, "BODY.PEEK[HEADER]" },
    { { "modified", "conversation_id" }, nil },
    { { "modified", "conversation_id" }, "SAVEDATE THREADID", { "SAVEDATE", "OBJECTID" } },
    { { "conversation_id" }, "X-GM-THRID", { "X-GM-EXT-1" } },
    { { "rtf", "meeting_type" }, nil },
  } do
    it(table.concat(case[1], " "), function()
      local wanted = fields.wanted(case[1], has(table.unpack(case[3] or {})))
      assert.equal(case[2], wanted.items)
    end)
  end

  it("is the bodies only where they are asked for", function()
    assert.is_true(fields.wanted({ "html" }, has()).bodies)
    assert.is_false(fields.wanted({ "attachments" }, has()).bodies)
  end)

  it("never sets \\Seen", function()
    local items = fields.wanted(fields.all(), has("SAVEDATE", "OBJECTID")).items
    assert.is_nil(items:find("BODY[", 1, true))
    assert.is_nil(items:find("RFC822 ", 1, true))
  end)

  it("is of fields that items have", function()
    for _, name in ipairs(fields.all()) do assert.is_table(field.rows[name], name) end
  end)
end)
