-- `where` trees as restrictions, and what is left over for the client.
local core = require "satchel.core"
local o = require "satchel.operator"
local P = require "satchel.mapi.props"
local restrict = require "satchel.mapi.restrict"
local where = require "satchel.where"

local KEYWORDS <const> = 0x8001101f
local EPOCH <const> = 116444736000000000
local RECEIVED <const> = P.PidTagMessageDeliveryTime

local function tag_of(key)
  if key == "PidNameKeywords" then return KEYWORDS end
  if key == "PidNameContentBase" then return nil end
  return math.type(key) == "integer" and key or P[key]
end

local function compile(clauses, exact)
  return restrict.compile(where.compile(clauses, exact), tag_of)
end

local function property(tag, relop, value)
  return { type = "property", relop = relop, tag = tag, value = { tag = tag, value = value } }
end

local function content(tag, low, value, high)
  return { type = "content", tag = tag, fuzzy_level_low = low, fuzzy_level_high = high or 1,
    value = { tag = tag & ~0x1000, value = value } }
end

local anything = { type = "exist", tag = P.PidTagMessageClass }

local cases = {
  { "contains", { subject = o.contains "Invoice" }, content(P.PidTagSubject, 1, "Invoice") },
  { "prefix", { subject = o.prefix "Re:" }, content(P.PidTagSubject, 2, "Re:") },
  { "equals", { subject = "x" }, content(P.PidTagSubject, 0, "x") },
  { "since", { received = o.since(0) }, property(RECEIVED, "ge", EPOCH) },
  { "before", { received = o.before(1) }, property(RECEIVED, "lt", EPOCH + 10000000) },
  { "between, both ends", { received = o.between(0, 9) }, { type = "and",
    property(RECEIVED, "ge", EPOCH), property(RECEIVED, "lt", EPOCH + 100000000) } },
  { "a whole second", { received = 0 }, { type = "and",
    property(RECEIVED, "ge", EPOCH), property(RECEIVED, "lt", EPOCH + 10000000) } },
  { "larger", { size = o.larger(5) }, property(P.PidTagMessageSize, "gt", 5) },
  { "smaller", { size = o.smaller(5) }, property(P.PidTagMessageSize, "lt", 5) },
  { "unread", { unread = true }, { type = "bitmask", nonzero = false,
    tag = P.PidTagMessageFlags, mask = 1 } },
  { "not unread", { unread = false }, { type = "not", { type = "bitmask", nonzero = false,
    tag = P.PidTagMessageFlags, mask = 1 } } },
  { "draft", { draft = true }, { type = "bitmask", nonzero = true,
    tag = P.PidTagMessageFlags, mask = 8 } },
  { "flagged", { flagged = true }, property(P.PidTagFlagStatus, "eq", 2) },
  { "importance high", { importance = "high" }, property(P.PidTagImportance, "eq", 2) },
  { "always there", { importance = o.exists() }, anything },
  { "exists", { subject = o.exists() }, { type = "and",
    { type = "exist", tag = P.PidTagSubject },
    { type = "not", property(P.PidTagSubject, "eq", "") } } },
  { "exists not", { received = o.exists(false) },
    { type = "not", { type = "exist", tag = RECEIVED } } },
  { "categories that exist", { categories = o.exists() }, { type = "exist", tag = KEYWORDS } },
  { "conversation", { conversation_id = "0aff" }, { type = "or",
    property(P.PidTagConversationId, "eq", "\x0a\xff"),
    content(P.PidTagConversationIndex, 1, "\x0a\xff", 0) } },
  { "property by name", { PidTagImportance = 2 }, property(P.PidTagImportance, "eq", 2) },
  { "property by number", { [0x0037001f] = o.contains "x" }, content(0x0037001f, 1, "x") },
  { "no such named property", { PidNameContentBase = "x" }, { type = "not", anything } },
  { "reference", { references = "<a@b>" }, content(P.PidTagInternetReferences, 1, "<a@b>") },
  { "any", { o.any { flagged = true, importance = "high" } }, { type = "or",
    property(P.PidTagFlagStatus, "eq", 2), property(P.PidTagImportance, "eq", 2) } },
  { "none", { o.none { flagged = true } }, { type = "not",
    property(P.PidTagFlagStatus, "eq", 2) } },
}

describe("mapi restrictions", function()
  for _, case in ipairs(cases) do
    it(case[1], function()
      local restriction, rest = compile(case[2])
      assert.same(case[3], restriction)
      assert.is_nil(rest)
    end)
    it(case[1] .. ": the wire takes it", function()
      assert.truthy(core.wire.encode_rop("request", "restrict", { logon_id = 0,
        input_handle_index = 0, restrict_flags = 0, restriction_data = compile(case[2]) }))
    end)
  end

  it("asks the names and addresses of people", function()
    local restriction = compile { from = o.contains "boss@" }
    assert.equal("or", restriction.type)
    assert.same(content(P.PidTagSentRepresentingName, 1, "boss@"), restriction[1])
    assert.same(content(P.PidTagSentRepresentingSmtpAddress, 1, "boss@"), restriction[2])
    assert.same({ type = "and",
      { type = "not", { type = "exist", tag = P.PidTagSentRepresentingSmtpAddress } },
      content(P.PidTagSentRepresentingEmailAddress, 1, "boss@") }, restriction[3])
  end)

  it("asks the recipients and leaves their kind to the client", function()
    local restriction, rest = compile { cc = "bob@example.test" }
    assert.equal("sub_object", restriction.type)
    assert.equal(P.PidTagMessageRecipients, restriction.subobject)
    assert.same(content(P.PidTagSmtpAddress, 0, "bob@example.test"), restriction[1][2])
    assert.equal("cc", rest[1].field)
  end)

  it("asks for one of several as far as it can", function()
    local restriction, rest = compile { o.any { { cc = "x" }, { flagged = true } } }
    assert.equal("or", restriction.type)
    assert.equal("sub_object", restriction[1].type)
    assert.same(property(P.PidTagFlagStatus, "eq", 2), restriction[2])
    assert.equal("or", rest[1].op)
  end)

  it("asks nothing that the opposite of a clause might miss", function()
    local restriction, rest = compile { o.none { cc = "x" } }
    assert.is_nil(restriction)
    assert.equal("not", rest[1].op)
  end)

  it("joins several clauses", function()
    local restriction, rest = compile { unread = true, subject = o.contains "x",
      o.any { flagged = true, size = o.larger(9) } }
    assert.equal("and", restriction.type)
    assert.equal(3, #restriction)
    assert.is_nil(rest)
  end)

  -- what a server would answer differently, or not at all
  local client = {
    { "whole addresses", { from = o.contains "Bob <bob" } },
    { "html", { html = o.contains "x" } },
    { "kind", { kind = "message" } },
    { "several references", { references = o.contains "a b" } },
    { "part of a conversation id", { conversation_id = o.prefix "0a" } },
  }
  for _, case in ipairs(client) do
    it("leaves to the client: " .. case[1], function()
      local tree = where.compile(case[2])
      local restriction, rest = restrict.compile(tree, tag_of)
      assert.is_nil(restriction)
      assert.same({ op = "and", tree }, rest)
    end)
    it("leaves to the client, inside any: " .. case[1], function()
      local restriction, rest = compile { flagged = true, o.any { case[2], { unread = true } } }
      assert.same(property(P.PidTagFlagStatus, "eq", 2), restriction)
      assert.equal("or", rest[1].op)
    end)
  end

  it("asks for items with categories and leaves which to the client", function()
    local restriction, rest = compile { categories = "Blue" }
    assert.same({ type = "exist", tag = KEYWORDS }, restriction)
    assert.equal("categories", rest[1].field)
  end)

  it("asks the server and the client for what is exact", function()
    local restriction, rest = compile({ subject = o.contains "GRÖ" }, true)
    assert.equal("content", restriction.type)
    assert.equal("subject", rest[1].field)
  end)

  it("asks nothing for no clause", function()
    assert.is_nil((restrict.compile(nil, tag_of)))
  end)
end)
