local codec = require "support.codec"

local guid <const> = "00062008-0000-0000-c000-000000000046"
local guid_hex <const> = "08200600 0000 0000 c000 000000000046"
local head <const> = " 00000000 00000000 "

-- [MS-OXORULE] 2.2.5: name, action, its bytes in a standard rule, without the count
local standard <const> = {
  { "move", { type = "move", flavor = 0, flags = 0, folder_in_this_store = true,
    store_eid = "", folder_eid = "\1" .. ("f"):rep(20) },
    "2300 01" .. head .. "01 0000 1500 01" .. ("66"):rep(20) },
  { "copy to another store", { type = "copy", flavor = 0, flags = 0,
    folder_in_this_store = false, store_eid = "ss", folder_eid = "f" },
    "1100 02" .. head .. "00 0200 7373 0100 66" },
  { "reply", { type = "reply", flavor = 2, flags = 0, template_fid = 1, template_mid = 2,
    template_guid = guid },
    "2900 03 02000000 00000000 0100000000000000 0200000000000000" .. guid_hex },
  { "reply when away", { type = "oof_reply", flavor = 0, flags = 0, template_fid = 1,
    template_mid = 2, template_guid = guid },
    "2900 04" .. head .. "0100000000000000 0200000000000000" .. guid_hex },
  { "deferred", { type = "defer_action", flavor = 0, flags = 0, data = "\1\2\3" },
    "0c00 05" .. head .. "010203" },
  { "bounce", { type = "bounce", flavor = 0, flags = 0, bounce_code = 0x26 },
    "0d00 06" .. head .. "26000000" },
  { "forward", { type = "forward", flavor = 3, flags = 0,
    recipients = { { { tag = 0x0c150003, value = 1 }, reserved = 1 } } },
    "1600 07 03000000 00000000 0100 01 0100 0300150c 01000000" },
  { "delegate to nobody", { type = "delegate", flavor = 0, flags = 0, recipients = {} },
    "0b00 08" .. head .. "0000" },
  { "tag", { type = "tag", flavor = 0, flags = 0, value = { tag = 0x10900003, value = 2 } },
    "1100 09" .. head .. "03009010 02000000" },
  { "delete", { type = "delete", flavor = 0, flags = 0 }, "0900 0a" .. head },
  { "mark as read", { type = "mark_as_read", flavor = 0, flags = 5 },
    "0900 0b 00000000 05000000" },
}

local extended_ctx <const> = { dialect = "extended" }
local extended <const> = {
  { "move", { type = "move", flavor = 0, flags = 0, folder_in_this_store = false,
    store_eid = "s", folder_eid = "f" }, "13000000 01" .. head .. "01000000 73 01000000 66" },
  { "reply", { type = "reply", flavor = 0, flags = 0, message_eid = "mm",
    template_guid = guid }, "1f000000 03" .. head .. "02000000 6d6d" .. guid_hex },
  { "forward", { type = "forward", flavor = 0, flags = 0,
    recipients = { { { tag = 0x0fff0102, value = "e" }, reserved = 1 } } },
    "1b000000 07" .. head .. "01000000 01 01000000 0201ff0f 01000000 65" },
  { "delete", { type = "delete", flavor = 0, flags = 0 }, "09000000 0a" .. head },
}

describe("a rule action", function()
  for _, case in ipairs(standard) do
    local name <const>, action <const>, hex <const> = table.unpack(case)
    it(name, function() codec.round("rule_actions", "0100" .. hex, { action }) end)
  end

  for _, case in ipairs(extended) do
    local name <const>, action <const>, hex <const> = table.unpack(case)
    it(name .. " of an extended rule", function()
      codec.round("rule_actions", "01000000" .. hex, { action }, extended_ctx)
    end)
  end

  it("takes any FolderInThisStore but 0 for true", function()
    local actions = codec.decode("rule_actions", "0100 0e00 01" .. head .. "02 0000 0000")
    assert.is_true(actions[1].folder_in_this_store)
  end)

  it("stands among others", function()
    codec.round("rule_actions", "0200 0900 0b" .. head .. "0900 0a" .. head, {
      { type = "mark_as_read", flavor = 0, flags = 0 }, { type = "delete", flavor = 0, flags = 0 },
    })
  end)

  it("is refused when malformed", function()
    codec.refuses("rule_actions", "0100 0900 0c" .. head, "unknown action 0x0c")
    codec.refuses("rule_actions", "0100 0a00 0a" .. head .. "00", "1 bytes too many")
    codec.refuses("rule_actions", "0100 ff00 0a" .. head, "beyond the end")
    codec.refuses("rule_actions", "ffff 0900 0a" .. head, "count")
  end)

  it("of a script names the mistake", function()
    codec.invalid("rule_actions", { { type = "explode" } }, "unknown action \"explode\"")
    codec.invalid("rule_actions", { 1 }, "table expected")
    codec.invalid("rule_actions", { { type = "tag" } }, "table expected")
    codec.invalid("rule_actions", { { type = "forward" } }, "recipients")
    codec.invalid("rule_actions", { { type = "reply", template_guid = "x" } }, "not a GUID")
  end)

  it("of any kind survives", function()
    codec.survives("rule_actions", nil, 300)
    codec.survives("rule_actions", extended_ctx, 300)
  end)

  it("reads well in a trace", function()
    assert.are.equal("[mark_as_read flags=0x5; bounce code 0x26]",
      codec.print("rule_actions", "0200" .. standard[11][3] .. standard[6][3]))
  end)
end)

-- [MS-OXORULE] 2.2.4.1.9, 2.2.4.1.10 and 2.2.4.2
describe("an extended rule", function()
  local guid_of_names <const> = "29030200 0000 0000 C000 000000000046"
  local named <const> = {
    property_id_count = 2,
    property_ids = { 0x80fb, 0x80fc },
    names = {
      { guid = "00020329-0000-0000-c000-000000000046", name = "Key" },
      { guid = "00020329-0000-0000-c000-000000000046", lid = 0x8042 },
    },
  }
  local named_hex <const> = "0200 fb80 fc80 2f000000" ..
    "01" .. guid_of_names .. "08 4b00 6500 7900 0000" ..
    "00" .. guid_of_names .. "42800000"

  it("has actions behind the names of their properties", function()
    codec.round("extended_rule_actions", named_hex .. "01000000 01000000 09000000 0a" .. head, {
      named_properties = named, rule_version = 1,
      actions = { { type = "delete", flavor = 0, flags = 0 } },
    }, extended_ctx)
  end)

  it("has a condition whose counts have 32 bits", function()
    codec.round("extended_rule_condition", "0000 00 01000000 08 03001a00", {
      named_properties = { property_id_count = 0, property_ids = {} },
      condition = { type = "and", { type = "exist", tag = 0x001a0003 } },
    }, extended_ctx)
  end)

  it("of any kind survives", function()
    codec.survives("extended_rule_actions", extended_ctx, 200)
    codec.survives("extended_rule_condition", extended_ctx, 200)
  end)
end)
