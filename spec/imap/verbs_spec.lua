local verbs = require "satchel.imap.verbs"

local function safe(text)
  return verbs.is_safe { name = verbs.name(text), parts = { text } }
end

describe("commands of IMAP by their names", function()
  for text, name in pairs { ["NOOP"] = "NOOP", ["uid fetch 1 FLAGS"] = "UID FETCH",
    ["SELECT "] = "SELECT", ["UID"] = "UID " } do
    it("are known: " .. text, function()
      assert.equal(name, verbs.name(text))
      assert.equal(name, verbs.name { text, { literal = "x" } })
    end)
  end

  for _, text in ipairs { "NOOP", 'LIST "" *', "UID FETCH 1 FLAGS", "UID STORE 1 +FLAGS (x)",
    "UID EXPUNGE 1", "UID SEARCH ALL", "STATUS x (MESSAGES)", "SUBSCRIBE x" } do
    it("may be repeated: " .. text, function() assert.is_true(safe(text)) end)
  end

  for _, text in ipairs { "APPEND x ", "UID MOVE 1 x", "UID COPY 1 x", "EXPUNGE", "CLOSE",
    "CREATE x", "DELETE x", "RENAME x y", "UID REPLACE 1 x", "XFROB", "UID FETCH $ FLAGS",
    "UID STORE 1 (UNCHANGEDSINCE 3) FLAGS (x)", "UID SEARCH RETURN (SAVE) ALL" } do
    it("are not repeated: " .. text, function() assert.is_false(safe(text)) end)
  end

  for name, reads in pairs { NOOP = true, ["UID SEARCH"] = true, STATUS = true, STORE = false,
    ["UID EXPUNGE"] = false, APPEND = false, XFROB = false, CREATE = false } do
    it(name .. (reads and " only reads" or " writes"), function()
      assert.equal(reads, verbs.only_reads(name))
    end)
  end

  it("may be said to be safe, or not", function()
    assert.is_true(verbs.is_safe { name = "XFROB", safe = true })
    assert.is_false(verbs.is_safe { name = "NOOP", safe = false })
  end)

  for name, needs in pairs { ["UID FETCH"] = true, ["UID MOVE"] = true, IDLE = true,
    NOOP = false, STATUS = false, APPEND = false } do
    it(name .. (needs and " needs" or " needs no") .. " mailbox", function()
      assert.equal(needs, verbs.needs_mailbox(name))
    end)
  end
end)
