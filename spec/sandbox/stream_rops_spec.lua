local client = require "sandbox.client"
local core = require "satchel.core"
local sandbox = require "satchel.sandbox"
local T = require "satchel.sandbox.tags"

local ANNA = "anna@example.test"

describe("a stream", function()
  local box, c, m
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret" } }
    c = client.new(box, ANNA)
    m = c:must("create_message", c.logon, { code_page_id = 0xfff,
      folder_id = c.folders[client.ROLES.inbox], associated_flag = false })
  end)

  local function open(tag, mode)
    return c:must("open_stream", m, { property_tag = tag, open_mode_flags = mode })
  end

  local function get(tag)
    return c:must("get_properties_specific", m, { property_size_limit = 0, want_unicode = true,
      property_tags = { tag } }).row_data
  end

  it("on nothing is not opened for reading", function()
    assert.are.equal(0x8004010f, c:call("open_stream", m,
      { property_tag = T.Body, open_mode_flags = 0 }).return_value)
    assert.are.equal(0x80040102, c:call("open_stream", m,
      { property_tag = T.Importance, open_mode_flags = 0 }).return_value)
  end)

  it("gives the property what was written, piece by piece", function()
    local s = open(T.Html, 2)
    assert.are.equal(5, c:must("write_stream", s, { data = "<p>Ha" }).written_size)
    c:must("write_stream", s, { data = "llo</p>" })
    c:must("seek_stream", s, { origin = 0, offset = 3 })
    c:must("write_stream", s, { data = "Ho" })
    c:must("commit_stream", s, {})
    assert.are.equal("<p>Hollo</p>", get(T.Html)[T.Html])
  end)

  it("gives it when released or when its object is saved, too", function()
    local s = open(T.Html, 2)
    c:must("write_stream", s, { data = "one" })
    c:call("release", s)
    assert.are.equal("one", get(T.Html)[T.Html])
    s = open(T.Html, 1)
    c:must("write_stream", s, { data = "two" })
    c:must("save_changes_message", m, { save_flags = 2 })
    assert.are.equal("two", get(T.Html)[T.Html])
  end)

  it("that has been written guards its property until it is committed", function()
    local s = open(T.Html, 2)
    c:must("write_stream", s, { data = "streamed" })
    local function set()
      return #c:must("set_properties", m,
        { property_values = { { tag = T.Html, value = "set" } } }).property_problems
    end
    assert.are.equal(1, set())
    c:must("commit_stream", s, {})
    assert.are.equal(0, set())
  end)

  it("carries text as UTF-16 with its end, or in 8 bits", function()
    c:must("set_properties", m, { property_values = { { tag = T.Body, value = "Größe" } } })
    local s, reply = open(T.Body, 0)
    assert.are.equal(12, reply.stream_size)
    assert.are.equal(core.text.utf16 "Größe" .. "\0\0",
      c:must("read_stream", s, { byte_count = 100 }).data)
    s = open(0x1000001e, 0)
    assert.are.equal("Gr\xf6\xdfe\0", c:must("read_stream", s, { byte_count = 100 }).data)
    s = open(T.Body, 2)
    c:must("write_stream", s, { data = core.text.utf16 "kürzer" .. "\0\0" })
    c:must("commit_stream", s, {})
    assert.are.equal("kürzer", get(T.Body)[T.Body])
  end)

  for _, case in ipairs {
    { 0, 3, 3 }, { 2, -2, 8 }, { 1, 1, 1 }, { 0, 0, 0 },
  } do
    it(("seeks from %d by %d"):format(case[1], case[2]), function()
      c:must("set_properties", m, { property_values = { { tag = T.Html, value = "0123456789" } } })
      local s = open(T.Html, 0)
      assert.are.equal(case[3],
        c:must("seek_stream", s, { origin = case[1], offset = case[2] }).new_position)
      assert.are.equal(("0123456789"):sub(case[3] + 1, case[3] + 1),
        c:must("read_stream", s, { byte_count = 1 }).data)
    end)
  end

  it("opened for reading refuses to be written", function()
    c:must("set_properties", m, { property_values = { { tag = T.Html, value = "x" } } })
    local s = open(T.Html, 0)
    assert.are.equal(0x80030005, c:call("write_stream", s, { data = "y" }).return_value)
    assert.are.equal(0x80030005, c:call("set_stream_size", s, { stream_size = 0 }).return_value)
    assert.are.equal(0x80030019,
      c:call("seek_stream", s, { origin = 0, offset = -1 }).return_value)
    assert.are.equal(0x80070057, c:call("seek_stream", s, { origin = 9, offset = 0 }).return_value)
  end)

  it("is cut, filled up and copied into another", function()
    local s, other = open(T.Html, 2), open(T.RtfCompressed, 2)
    c:must("write_stream", s, { data = "0123456789" })
    c:must("set_stream_size", s, { stream_size = 4 })
    assert.are.equal(4, c:must("get_stream_size", s, {}).stream_size)
    c:must("seek_stream", s, { origin = 0, offset = 1 })
    local reply = c:must("copy_to_stream", s, { dest = other, byte_count = 100 })
    assert.are.same({ 3, 3 }, { reply.read_byte_count, reply.written_byte_count })
    c:must("seek_stream", other, { origin = 0, offset = 0 })
    assert.are.equal("123", c:must("read_stream", other, { byte_count = 9 }).data)
    reply = c:call("copy_to_stream", s, { dest = 0x9999, byte_count = 1 })
    assert.are.same({ 0x503, 1 }, { reply.return_value, reply.dest_handle_index })
  end)

  it("carries what is too large for a property value", function()
    local a = c:must("create_attachment", m, {})
    local s = c:must("open_stream", a, { property_tag = T.AttachDataBinary, open_mode_flags = 2 })
    local piece = ("0123456789abcdef"):rep(1900)
    for _ = 1, 40 do c:must("write_stream", s, { data = piece }) end
    c:must("save_changes_attachment", a, { save_flags = 2, response = m })
    local row = c:must("get_properties_specific", a, { property_size_limit = 0,
      want_unicode = true, property_tags = { T.AttachDataBinary, T.AttachSize } }).row_data
    assert.are.equal(0x8007000e, row[0x3701000a])
    assert.is_true(row[T.AttachSize] >= 40 * #piece)
    local reader, reply = c:must("open_stream", a,
      { property_tag = T.AttachDataBinary, open_mode_flags = 0 })
    assert.are.equal(40 * #piece, reply.stream_size)
    local parts = {}
    repeat
      local data = c:must("read_stream", reader, { byte_count = 0xbabe,
        maximum_byte_count = 0x7fff }).data
      parts[#parts + 1] = data
    until data == ""
    assert.is_true(piece:rep(40) == table.concat(parts))
  end)
end)
