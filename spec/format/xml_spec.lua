-- XML as tables: what Autodiscover answers look like, and what is refused.
local xml = require("satchel.core").xml

local answer = [=[<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://one.test/response">
  <Response xmlns="http://two.test/outlook">
    <User><DisplayName>Gr&#xf6;&amp;&lt;e</DisplayName></User>
    <Protocol Type="mapiHttp" Version='1'><MailStore/><!-- no --><![CDATA[<x>]]></Protocol>
  </Response>
</Autodiscover>]=]

describe("core.xml", function()
  it("gives names, namespaces, attributes, text and children", function()
    local root = assert(xml.parse(answer))
    assert.equal("Autodiscover", root.name)
    assert.equal("http://one.test/response", root.space)
    local response = root[1]
    assert.equal("http://two.test/outlook", response.space)
    assert.equal("Grö&<e", response[1][1].text)
    local protocol = response[2]
    assert.same({ Type = "mapiHttp", Version = "1" }, protocol.attr)
    assert.equal("<x>", protocol.text)
    assert.equal("MailStore", protocol[1].name)
    assert.equal("", protocol[1].text)
    assert.equal(2, #response)
  end)

  it("refuses every prefix", function()
    for n = 0, #answer - 1 do
      local root, err = xml.parse(answer:sub(1, n))
      assert.is_nil(root)
      assert.equal("protocol", err.kind)
    end
  end)

  for _, case in ipairs {
    { "<a><b></a></b>", "protocol", "mismatched tag" },
    { "<html><p>Not Found<br></html>", "protocol", "XML line 1" },
    { "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "protocol", "document types" },
    { "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "protocol", "document types" },
    { "<a>&x;</a>", "protocol", "entity" },
    { ("<a>"):rep(65) .. ("</a>"):rep(65), "limit", "deeply" },
    { "<a>" .. (" "):rep(4 << 20) .. "</a>", "limit", "over" },
  } do
    it("refuses " .. case[1]:sub(1, 30), function()
      local root, err = xml.parse(case[1])
      assert.is_nil(root)
      assert.equal(case[2], err.kind)
      assert.truthy(err.message:find(case[3], 1, true), err.message)
    end)
  end

  it("accepts depth at the bound", function()
    assert.truthy(xml.parse(("<a>"):rep(64) .. ("</a>"):rep(64)))
  end)
end)
