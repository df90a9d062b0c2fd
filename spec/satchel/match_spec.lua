local satchel = require "satchel"
local where = require "satchel.where"

local record <const> = {
  subject = "Invoice GRÖSSE 7", unread = true, size = 1000, received = 1767225600,
  from = { name = "The Boss", email = "Boss@example.test" },
  to = { { email = "anna@example.test" }, { name = "Bob", email = "bob@example.test" } },
  categories = { "Red", "Blue" }, importance = "high", text = "hello",
  props = { PidTagX = 4 }, cc = {},
}

local yes <const> = {
  {}, { unread = true }, { flagged = false }, { subject = "invoice grÖsse 7" },
  { subject = satchel.contains "INVOICE" }, { subject = satchel.prefix "inv" },
  { from = satchel.contains "boss@" }, { from = "boss@example.test" }, { from = "The boss" },
  { from = "The Boss <boss@example.test>" }, { to = satchel.contains "bob" },
  { to = "bob@example.test" }, { categories = "red" }, { categories = satchel.contains "lu" },
  { size = satchel.larger(999) }, { size = satchel.smaller(1001) },
  { size = satchel.between(1000, 1000) }, { size = 1000 },
  { received = satchel.since "2026-01-01" }, { received = satchel.before "2026-01-02" },
  { received = satchel.between("2025-12-31", "2026-01-01") },
  { importance = "high" }, { anywhere = "HELLO" }, { anywhere = "bob@" },
  { cc = satchel.exists(false) }, { to = satchel.exists() }, { bcc = satchel.null },
  { sender = "boss@example.test" },
  { satchel.any { unread = false, subject = satchel.contains "7" } },
  { satchel.none { unread = false, subject = "x" } },
  { satchel.all { { unread = true }, { size = 1000 } } },
  { PidTagX = 4 }, { PidTagX = satchel.larger(3) },
}

local no <const> = {
  { unread = false }, { flagged = true }, { subject = satchel.contains "grösse" },
  { subject = satchel.prefix "nvoice" }, { subject = "invoice" }, { from = "boss" },
  { to = "boss@example.test" }, { categories = "re" }, { size = satchel.larger(1000) },
  { size = satchel.smaller(1000) }, { received = satchel.before "2026-01-01" },
  { received = satchel.since(1767225601) }, { sent = satchel.since(0) }, { anywhere = "nowhere" },
  { cc = satchel.exists() }, { subject = satchel.contains "%w" },
  { satchel.any { unread = false, subject = "x" } }, { satchel.none { unread = true } },
  { unread = true, size = 5 }, { PidTagX = 5 }, { PidTagX = satchel.contains "4" },
}

describe("a record", function()
  for i, clauses in ipairs(yes) do
    it("fulfils clause " .. i, function()
      assert.is_true(where.matches(where.compile(clauses), record))
    end)
  end

  for i, clauses in ipairs(no) do
    it("does not fulfil clause " .. i, function()
      assert.is_false(where.matches(where.compile(clauses), record))
    end)
  end
end)
