local restrict = require "satchel.sandbox.restrict"
local tags = require "satchel.sandbox.tags"

local NAME, SIZE, TIME, FLAGS, LIST = 0x3001001f, 0x0e080003, 0x00390040, 0x0e070003, 0x8001101f

local function row_of(props, recipients, attachments)
  return { props = props,
    recipient_list = function() return recipients or {} end,
    attachment_list = function() return attachments or {} end }
end

local function read(row, tag) return row.props[tag] end

local row = row_of(
  { [NAME] = "Grüße an Anna", [SIZE] = 100, [FLAGS] = 0x11, [LIST] = { "a", "b" } },
  { { props = { [NAME] = "Bob", [tags.RecipientType] = 1 } },
    { props = { [NAME] = "Carol", [tags.RecipientType] = 2 } } },
  { { props = { [tags.AttachLongFilename] = "x.pdf" } } })

local function property(tag, relop, v, as)
  return { type = "property", relop = relop, tag = tag, value = { tag = as or tag, value = v } }
end

local function content(tag, low, high, v)
  return { type = "content", tag = tag, fuzzy_level_low = low, fuzzy_level_high = high,
    value = { tag = tag, value = v } }
end

describe("a restriction", function()
  for _, case in ipairs {
    { "eq", property(SIZE, "eq", 100), true },
    { "ne", property(SIZE, "ne", 100), false },
    { "lt", property(SIZE, "lt", 101), true },
    { "le at the bound", property(SIZE, "le", 100), true },
    { "gt at the bound", property(SIZE, "gt", 100), false },
    { "ge at the bound", property(SIZE, "ge", 100), true },
    { "text without case", property(NAME, "eq", "grüße AN anna"), true },
    { "text given as 8-bit", property(0x3001001e, "eq", "Gr\xfc\xdfe an Anna"), true },
    { "an absent value comes first", property(TIME, "lt", 1), true },
    { "an absent value is not equal", property(TIME, "ne", 1), true },
    { "a pattern is not evaluated", property(NAME, "re", "G.*"), false },
    { "one of many values", property(LIST, "eq", "B", 0x8001001f), true },
    { "none of many values", property(LIST, "eq", "c", 0x8001001f), false },
    { "whole", content(NAME, 0, 0, "Grüße an Anna"), true },
    { "whole, other case", content(NAME, 0, 0, "grüße an anna"), false },
    { "part", content(NAME, 1, 0, "an A"), true },
    { "part without case", content(NAME, 1, 1, "AN ANNA"), true },
    { "part, loosely", content(NAME, 1, 4, "AN ANNA"), true },
    { "a pattern is plain text", content(NAME, 1, 0, "G.*"), false },
    { "prefix", content(NAME, 2, 1, "gr"), true },
    { "prefix in the middle", content(NAME, 2, 1, "an"), false },
    { "part of one of many", content(LIST, 0, 1, "A"), true },
    { "content of nothing", content(0x0037001f, 1, 1, "x"), false },
    { "bits set", { type = "bitmask", nonzero = true, tag = FLAGS, mask = 1 }, true },
    { "bits clear", { type = "bitmask", nonzero = false, tag = FLAGS, mask = 2 }, true },
    { "bits of nothing are clear", { type = "bitmask", nonzero = false, tag = TIME, mask = 1 },
      true },
    { "exists", { type = "exist", tag = NAME }, true },
    { "exists not", { type = "exist", tag = TIME }, false },
    { "size", { type = "size", relop = "eq", tag = SIZE, size = 4 }, true },
    { "compare", { type = "compare_properties", relop = "gt", tag1 = SIZE, tag2 = FLAGS }, true },
    { "and", { type = "and", property(SIZE, "eq", 100), property(SIZE, "eq", 1) }, false },
    { "empty and", { type = "and" }, true },
    { "or", { type = "or", property(SIZE, "eq", 100), property(SIZE, "eq", 1) }, true },
    { "empty or", { type = "or" }, false },
    { "not", { type = "not", property(SIZE, "eq", 1) }, true },
    { "comment", { type = "comment", values = {}, property(SIZE, "eq", 100) }, true },
    { "comment on nothing", { type = "comment", values = {} }, true },
    { "a recipient", { type = "sub_object", subobject = tags.MessageRecipients,
      content(NAME, 0, 1, "carol") }, true },
    { "one recipient that is both", { type = "sub_object", subobject = tags.MessageRecipients,
      { type = "and", content(NAME, 0, 1, "carol"), property(tags.RecipientType, "eq", 1) } },
      false },
    { "an attachment", { type = "sub_object", subobject = tags.MessageAttachments,
      content(tags.AttachLongFilename, 1, 1, ".PDF") }, true },
    { "another table", { type = "sub_object", subobject = 0x360e000d, { type = "and" } }, false },
    { "an unknown kind", { type = "whatever" }, false },
  } do
    it(case[1] .. " is " .. tostring(case[3]), function()
      assert.are.equal(case[3], restrict.compile(case[2], read)(row))
    end)
  end

  it("of kind count passes so many rows and no more", function()
    local test = restrict.compile(
      { type = "count", count = 2, { type = "exist", tag = NAME } }, read)
    assert.are.same({ true, true, false }, { test(row), test(row), test(row) })
  end)

  it("has the same signature only as its equal", function()
    local a = restrict.signature(property(SIZE, "eq", 1))
    assert.are.equal(a, restrict.signature(property(SIZE, "eq", 1)))
    assert.are_not.equal(a, restrict.signature(property(SIZE, "eq", 2)))
    assert.are_not.equal(a, restrict.signature(property(SIZE, "eq", "1")))
    assert.are_not.equal(restrict.signature { "a", "b" }, restrict.signature { "a,b" })
  end)
end)
