local satchel = require "satchel"
local where = require "satchel.where"

local subject <const> = { op = "contains", field = "subject", value = "invoice" }
local unread <const> = { op = "equals", field = "unread", value = true }
local new_year <const> = 1767225600

describe("where", function()
  for _, case in ipairs {
    { nil, nil }, { {}, nil },
    { { unread = true }, unread },
    { { unread = false }, { op = "equals", field = "unread", value = false } },
    { { subject = satchel.contains "invoice" }, subject },
    { { unread = true, subject = satchel.contains "invoice" }, { op = "and", subject, unread } },
    { { subject = "x" }, { op = "equals", field = "subject", value = "x" } },
    { { received = satchel.since "2026-01-01" },
      { op = "since", field = "received", value = new_year } },
    { { received = satchel.between("2026-01-01", new_year + 5) },
      { op = "between", field = "received", value = new_year, value2 = new_year + 5 } },
    { { size = satchel.larger(10) }, { op = "larger", field = "size", value = 10 } },
    { { anywhere = "x" }, { op = "contains", field = "anywhere", value = "x" } },
    { { anywhere = satchel.contains "x" }, { op = "contains", field = "anywhere", value = "x" } },
    { { from = { name = "Anna", email = "a@b" } },
      { op = "equals", field = "from", value = "a@b" } },
    { { categories = satchel.exists() }, { op = "exists", field = "categories", value = true } },
    { { categories = satchel.exists(false) },
      { op = "not", { op = "exists", field = "categories", value = true } } },
    { { categories = satchel.null },
      { op = "not", { op = "exists", field = "categories", value = true } } },
    { satchel.any { unread = true, { subject = satchel.contains "invoice" } },
      { op = "or", unread, subject } },
    { { satchel.any { unread = true } }, { op = "or", unread } },
    { { satchel.none { unread = true } }, { op = "not", { op = "or", unread } } },
    { { satchel.any { { unread = true, subject = satchel.contains "invoice" }, flagged = true } },
      { op = "or", { op = "equals", field = "flagged", value = true },
        { op = "and", subject, unread } } },
    { { satchel.all { { unread = true }, { unread = true } } }, { op = "and", unread, unread } },
    { { PidTagImportance = 2 }, { op = "equals", field = "PidTagImportance", value = 2 } },
    { { [0x0037001f] = satchel.prefix "x" },
      { op = "prefix", field = 0x0037001f, value = "x" } },
    { { unread = true, exact = true },
      { op = "equals", field = "unread", value = true, exact = true } },
    { { subject = satchel.contains("x", { exact = true }) },
      { op = "contains", field = "subject", value = "x", exact = true } },
  } do
    it("compiles", function() assert.same(case[2], where.compile(case[1])) end)
  end

  it("takes named properties for fields", function()
    local key = satchel.named("PSETID_Task", 0x8105, "Time")
    local tree = where.compile { [key] = satchel.exists() }
    assert.equal(key, tree.field)
  end)

  for _, case in ipairs {
    { { subjct = "x" }, "invalid", "unknown field 'subjct'; did you mean 'subject'?" },
    { { starts = "2026-01-01" }, "unsupported", "field 'starts' belongs to a kind" },
    { { attachments = "x" }, "unsupported", "no query can ask for field 'attachments'" },
    { { unread = "yes" }, "invalid", "equals of field 'unread' takes a boolean, not a string" },
    { { subject = satchel.since "2026-01-01" }, "invalid",
      "'since' makes no sense for field 'subject'" },
    { { subject = true }, "invalid", "takes a string, not a boolean" },
    { { received = "soon" }, "invalid", "'soon' is no time" },
    { { importance = "hihg" }, "invalid", "did you mean 'high'" },
    { { satchel.contains "x" }, "invalid", "stands without a field" },
    { { "subject" }, "invalid", "'subject' stands without a field" },
    { satchel.contains "x", "invalid", "not an operator" },
    { 12, "invalid", "not a number" },
    { { unread = true, exact = 1 }, "invalid", "takes a boolean" },
  } do
    it("refuses: " .. case[3], function()
      local ok, err = satchel.try(where.compile, case[1])
      assert.is_false(ok)
      assert.equal(case[2], err.kind)
      assert.is_truthy(err.message:find(case[3], 1, true), err.message)
    end)
  end

  it("knows the fields that it needs", function()
    local tree = where.compile { unread = true, satchel.any { anywhere = "x", subject = "y" } }
    assert.same({ "unread", "subject", "text", "from", "to", "cc" }, where.fields(tree))
    assert.same({}, where.fields(nil))
  end)

  it("knows what is to be rechecked", function()
    assert.is_false(where.is_exact(nil))
    assert.is_false(where.is_exact(where.compile { unread = true }))
    assert.is_true(where.is_exact(where.compile({ unread = true }, true)))
  end)
end)

describe("operators", function()
  for _, case in ipairs {
    { satchel.contains, {} }, { satchel.between, { 1 } }, { satchel.exists, { "x" } },
    { satchel.any, {} }, { satchel.any, { {} } }, { satchel.contains, { "x", { exat = true } } },
  } do
    it("refuse what they cannot use", function()
      local ok, err = satchel.try(case[1], table.unpack(case[2]))
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end)
  end

  it("show themselves", function()
    assert.equal("contains(x)", tostring(satchel.contains "x"))
    assert.equal("between(1, 2)", tostring(satchel.between(1, 2)))
    assert.equal("any of clauses", tostring(satchel.any { { unread = true } }))
  end)
end)
