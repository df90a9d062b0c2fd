local mailboxes = require "satchel.imap.mailboxes"
local roles = require "satchel.imap.roles"

local tree <const> = mailboxes.new { personal = { { prefix = "", delimiter = "/" } } }
local courier <const> = mailboxes.new { personal = { { prefix = "INBOX.", delimiter = "." } } }

local function find(list, of)
  local entries = {}
  for i, each in ipairs(list) do
    local id, attribute = each:match "^([^\\]*)(.*)$"
    entries[i] = { id = id, attributes = attribute ~= "" and { [attribute] = true } or {} }
  end
  return roles.find((of or tree):ordered(entries, ""), of or tree)
end

describe("well-known folders", function()
  it("are what the server says", function()
    -- as Gmail lists them
    assert.same({ inbox = "INBOX", sent = "[Gmail]/Sent Mail", drafts = "[Gmail]/Drafts",
      trash = "[Gmail]/Bin", junk = "[Gmail]/Spam", archive = "[Gmail]/All Mail" },
      find { "INBOX", "[Gmail]\\Noselect", "[Gmail]/All Mail\\All", "[Gmail]/Bin\\Trash",
        "[Gmail]/Drafts\\Drafts", "[Gmail]/Sent Mail\\Sent", "[Gmail]/Spam\\Junk", "Sent",
        "Trash" })
  end)

  it("are an archive rather than all mail", function()
    assert.equal("Archive", find { "All\\All", "Archive\\Archive" }.archive)
  end)

  for _, case in ipairs {
    { "Sent Items", "sent" }, { "Gesendete Objekte", "sent" }, { "Éléments envoyés", "sent" },
    { "ENTWÜRFE", nil }, { "Entwürfe", "drafts" }, { "entwürfe", "drafts" },
    { "Papierkorb", "trash" }, { "Корзина", "trash" }, { "ごみ箱", "trash" },
    { "Deleted Items", "trash" }, { "Junk-E-Mail", "junk" }, { "junk email", "junk" },
    { "Spam", "junk" }, { "Archives", "archive" }, { "Postausgang", "outbox" },
    { "sent-mail", "sent" }, { "已发送", "sent" }, { "Work", nil },
  } do
    it("are known by their names: " .. case[1], function()
      local found = find { "INBOX", case[1] }
      found.inbox = nil
      assert.same(case[2] and { [case[2]] = case[1] } or {}, found)
    end)
  end

  it("are the better name of two", function()
    assert.equal("Sent", find { "Gesendet", "Sent" }.sent)
    assert.equal("Sent Items", find { "Sent Items", "INBOX/Sent" }.sent)
    assert.equal("INBOX/Sent", find { "INBOX", "INBOX/Sent", "Work/Sent" }.sent)
  end)

  it("lie beside INBOX where folders lie below it", function()
    assert.equal("INBOX.Trash", find({ "INBOX", "INBOX.Trash" }, courier).trash)
  end)

  it("can be opened, and have one role", function()
    assert.is_nil(find { "Sent\\Noselect" }.sent)
    assert.same({ inbox = "INBOX", sent = "Archive" }, find { "INBOX", "Archive\\Sent" })
  end)

  it("can be made", function()
    for _, role in ipairs(roles.order) do
      assert.is_string(roles.roles[role].name)
      assert.equal(1, roles.roles[role].names[roles.roles[role].name:lower()])
    end
  end)

  it("have names of their own: none is of two roles", function()
    local seen = {}
    for role, row in pairs(roles.roles) do
      for name in pairs(row.names) do
        assert.is_nil(seen[name], name .. " is " .. tostring(seen[name]) .. " and " .. role)
        seen[name] = role
      end
    end
  end)
end)
