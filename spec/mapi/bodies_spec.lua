-- Bodies of messages: which stored form is text, html and rtf.
local bodies = require "satchel.mapi.bodies"
local changes = require "satchel.mapi.changes"
local core = require "satchel.core"
local null = require "satchel.null"
local P = require "satchel.mapi.props"

local function written(fields)
  local out, values = changes.new(), {}
  bodies.write(out, fields, null)
  for _, entry in ipairs(out.values) do values[entry.tag] = entry.value end
  return values, out.removed
end

local function read(fields)
  local found = bodies.read(fields)
  found.native_body = nil
  return found
end

describe("mapi bodies", function()
  it("have text with plain line ends, stored with those of the network", function()
    local values = written { text = "a\nb\r\nc" }
    assert.equal("a\r\nb\r\nc", values[P.PidTagBody])
    assert.equal("a\nb\nc", read(values).text)
  end)

  it("have HTML in the code page that they name", function()
    assert.equal("<p>ü</p>", read({ [P.PidTagHtml] = "<p>\xfc</p>",
      [P.PidTagInternetCodepage] = 28591 }).html)
    assert.equal("<p>ü</p>", read({ [P.PidTagHtml] = "<p>\xc3\xbc</p>",
      [P.PidTagInternetCodepage] = 65001 }).html)
    assert.equal("<p>ю</p>", read({ [P.PidTagHtml] = "<p>\xfe</p>",
      [P.PidTagInternetCodepage] = 1251 }).html)
    assert.equal("<p>ü</p>", read({ [P.PidTagHtml] = "<p>\xfc</p>" }).html)
  end)

  it("have text of HTML where there is no other", function()
    assert.truthy(read({ [P.PidTagHtml] = "<p>one</p><p>two</p>" }).text:find("one\n+two"))
    assert.equal("own", read({ [P.PidTagHtml] = "<p>x</p>", [P.PidTagBody] = "own" }).text)
  end)

  it("have text and HTML of RTF where there is no other", function()
    local plain = assert(core.rtf.compress "{\\rtf1\\ansi plain {\\b text}}")
    assert.truthy(read({ [P.PidTagRtfCompressed] = plain }).text:find("plain text", 1, true))
    local page = assert(core.rtf.compress("{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}"
      .. "\\htmlrtf {\\b\\htmlrtf0 hello\\htmlrtf }\\htmlrtf0 {\\*\\htmltag72 </p>}}"))
    assert.truthy(read({ [P.PidTagRtfCompressed] = page }).html:find("<p>hello</p>", 1, true))
  end)

  it("do not fall over what is no RTF", function()
    for _, bytes in ipairs { "", "x", ("\xff"):rep(100) } do
      assert.same({}, read({ [P.PidTagRtfCompressed] = bytes }))
    end
  end)

  it("are removed", function()
    local values, removed = written { text = null, html = null, rtf = null }
    assert.same({}, values)
    assert.same({ P.PidTagBody, P.PidTagHtml, P.PidTagRtfCompressed }, removed)
  end)

  it("come back as RTF", function()
    local rtf = "{\\rtf1 x}"
    assert.equal(rtf, read(written { rtf = rtf }).rtf)
  end)
end)
