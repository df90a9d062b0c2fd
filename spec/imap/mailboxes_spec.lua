-- The tree of folders that names of mailboxes make, on servers of several kinds.

local mailboxes = require "satchel.imap.mailboxes"
local satchel = require "satchel"

local function space(prefix, delimiter)
  return { personal = { { prefix = prefix, delimiter = delimiter } } }
end

local dovecot <const> = mailboxes.new { personal = { { prefix = "", delimiter = "/" } },
  other = { { prefix = "shared/", delimiter = "/" } }, shared = {} }
local courier <const> = mailboxes.new { personal = { { prefix = "INBOX.", delimiter = "." } },
  shared = { { prefix = "#shared.", delimiter = "." } } }
local cyrus <const> = mailboxes.new { personal = { { prefix = "INBOX.", delimiter = "." } },
  other = { { prefix = "user.", delimiter = "." } }, shared = { { prefix = "", delimiter = "." } } }
local flat <const> = mailboxes.new(space("", nil))

describe("a folder", function()
  for _, case in ipairs {
    { dovecot, "INBOX", "", "Inbox" },
    { dovecot, "Sent", "", "Sent" },
    { dovecot, "a/b/c", "a/b", "c" },
    { dovecot, "INBOX/x", "INBOX", "x" },
    { dovecot, "/x", "", "/x" },
    { dovecot, "a.b", "", "a.b" },
    { courier, "INBOX", "", "Inbox" },
    { courier, "INBOX.Sent", "", "Sent" },
    { courier, "INBOX.a.b", "INBOX.a", "b" },
    { courier, "INBOX.a/b", "", "a/b" },
    { cyrus, "INBOX.Trash", "", "Trash" },
    { flat, "a/b", "", "a/b" },
  } do
    it(case[2] .. " has a parent and a name", function()
      assert.equal(case[3], case[1]:parent(case[2]))
      assert.equal(case[4], case[1]:name(case[2]))
    end)
  end

  for _, case in ipairs {
    { dovecot, "", "Sent", "Sent" },
    { dovecot, "", "iNbOx", "INBOX" },
    { dovecot, "a", "inbox", "a/inbox" },
    { dovecot, "INBOX", "x", "INBOX/x" },
    { dovecot, "", "a.b", "a.b" },
    { dovecot, "", "a/b", nil },
    { courier, "", "Sent", "INBOX.Sent" },
    { courier, "", "Inbox", "INBOX" },
    { courier, "INBOX", "x", "INBOX.x" },
    { courier, "INBOX.a", "b", "INBOX.a.b" },
    { courier, "", "a/b", "INBOX.a/b" },
    { courier, "", "a.b", nil },
    { flat, "", "a/b", "a/b" },
    { flat, "a", "b", nil },
    { dovecot, "", "", nil },
  } do
    it(("in '%s' called '%s' is %s"):format(case[2], case[3], case[4]), function()
      assert.equal(case[4], (case[1]:child(case[2], case[3])))
      if case[4] then return end
      local ok, err = satchel.try(case[1].new_child, case[1], case[2], case[3], "create_folder")
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end)
  end

  it("of others is not in the tree", function()
    assert.is_false(dovecot:has "shared/bob/Sent")
    assert.is_false(dovecot:has "shared")
    assert.is_true(dovecot:has "sharedness")
    assert.is_false(cyrus:has "user.bob")
    assert.is_false(cyrus:has "public")
    assert.is_true(cyrus:has "INBOX")
  end)

  it("lies in another", function()
    assert.is_true(dovecot:lies_in("a/b", "a"))
    assert.is_true(dovecot:lies_in("a", "a"))
    assert.is_true(dovecot:lies_in("a", ""))
    assert.is_false(dovecot:lies_in("ab", "a"))
  end)
end)

describe("INBOX", function()
  for _, case in ipairs { { "inbox", "INBOX" }, { "Inbox.x", "INBOX.x", "." },
    { "Inboxes", "Inboxes", "." }, { "inbox/x", "inbox/x", "." }, { "in", "in" } } do
    it("is written " .. case[2], function()
      assert.equal(case[2], mailboxes.canonical(case[1], case[3]))
    end)
  end
end)

describe("patterns of LIST", function()
  for _, case in ipairs {
    { dovecot, "", true, "*" }, { dovecot, "", false, "%" }, { dovecot, "a", true, "a/*" },
    { dovecot, "a", false, "a/%" }, { courier, "", true, "INBOX INBOX.*" },
    { courier, "INBOX.a", false, "INBOX.a.%" }, { flat, "a", true, "" },
  } do
    it(case[4], function()
      assert.equal(case[4], table.concat(case[1]:patterns(case[2], case[3]), " "))
    end)
  end
end)

describe("a list", function()
  local function shown(tree, names, top)
    local entries, list = {}, {}
    for i, name in ipairs(names) do entries[i] = { id = name, attributes = {} } end
    for i, entry in ipairs(tree:ordered(entries, top or "")) do
      list[i] = ("%d%s%s"):format(entry.depth, entry.attributes["\\NonExistent"] and "-" or ":",
        entry.name)
    end
    return table.concat(list, " ")
  end

  it("is depth first, the inbox before the others", function()
    assert.equal("1:Inbox 2:x 1:a 2:b 1:c",
      shown(dovecot, { "a", "c", "a/b", "INBOX/x", "INBOX", "shared/bob" }))
  end)

  it("has the parents that the server left out", function()
    assert.equal("1-a 2-b 3:c 2:d", shown(dovecot, { "a/b/c", "a/d" }))
  end)

  it("is of one folder", function()
    assert.equal("1:b 2:c", shown(dovecot, { "a", "a/b", "a/b/c", "ab" }, "a"))
  end)

  it("has all of a server that keeps folders below INBOX", function()
    assert.equal("1:Inbox 1:Sent 1:a 2:b", shown(courier, { "INBOX", "INBOX.Sent", "INBOX.a",
      "INBOX.a.b" }))
    assert.equal("", shown(courier, { "INBOX", "INBOX.Sent" }, "INBOX"))
  end)

  it("has each once", function()
    assert.equal("1:Inbox 1:a", shown(dovecot, { "INBOX", "a", "a", "INBOX" }))
  end)
end)

describe("a mailbox", function()
  for attributes, holds in pairs { [""] = true, ["\\HasChildren"] = true, ["\\Noselect"] = false,
    ["\\NOSELECT"] = false, ["\\nonexistent"] = false } do
    it((holds and "holds items: " or "holds folders alone: ") .. attributes, function()
      assert.equal(holds, mailboxes.holds_items { attributes = { [attributes] = true } })
    end)
  end
end)

describe("another user's mailboxes", function()
  it("are a tree of their own", function()
    local tree = mailboxes.guest("user.bob.", ".", "user.bob")
    assert.equal("Inbox", tree:name "user.bob")
    assert.equal("", tree:parent "user.bob.Sent")
    assert.equal("Sent", tree:name "user.bob.Sent")
    assert.equal("user.bob", tree:child("", "inbox"))
    assert.equal("user.bob.x", tree:child("", "x"))
    assert.same({ "user.bob", "user.bob.*" }, tree:patterns("", true))
    assert.is_false(tree:has "INBOX")
  end)
end)
