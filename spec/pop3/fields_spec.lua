-- What of a message costs what, and what a maildrop does not know.

local fields = require "satchel.pop3.fields"
local satchel = require "satchel"

for _, case in ipairs {
  { {}, "nothing" }, { { "id", "size", "unread" }, "nothing" }, { { "kind" }, "header" },
  { { "size", "subject" }, "header" }, { { "headers" }, "header" },
  { { "has_attachments" }, "header" }, { { "subject", "text" }, "body" },
  { { "attachments" }, "body" }, { { "html" }, "body" },
} do
  it(("%s cost %s"):format(table.concat(case[1], ", "), case[2]), function()
    assert.equal(case[2], fields.cost(case[1]))
  end)
end

it("whether there are attachments is judged by all of a message", function()
  assert.equal("body", fields.cost_of_where { "subject", "has_attachments" })
  assert.equal("header", fields.cost_of_where { "subject" })
end)

it("the larger of two costs", function()
  assert.equal("header", fields.larger("nothing", "header"))
  assert.equal("body", fields.larger("body", "header"))
end)

for _, name in ipairs { "unread", "categories", "modified", "PidTagSubject", 0x0037001f } do
  it("refuses " .. name, function()
    local ok, err = satchel.try(fields.check, name, "where")
    assert.is_false(ok)
    assert.equal("unsupported", err.kind)
  end)
end
