local autodiscover = require "satchel.sandbox.autodiscover"
local core = require "satchel.core"

local OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/"

local function pox(email, schema)
  return { body = ([[<?xml version="1.0"?>
<Autodiscover xmlns="%srequestschema/2006"><Request>
<EMailAddress>%s</EMailAddress>
<AcceptableResponseSchema>%s</AcceptableResponseSchema>
</Request></Autodiscover>]]):format(OUTLOOK, email, schema or OUTLOOK .. "responseschema/2006a") }
end

local function lookup(email)
  if email ~= "anna@example.test" then return nil end
  return { email = email, name = "Anna <&>", user_dn = "/o=Box/cn=anna",
    url = "http://box/?MailboxId=a&b=c", nspi_url = "http://box/nspi/" }
end

describe("the sandbox's autodiscover", function()
  it("answers with the addresses of the mailbox", function()
    local reply = autodiscover.pox(pox "anna@example.test", lookup)
    assert.are.equal(200, reply.status)
    local account = core.xml.parse(reply.body)[1][2]
    local protocol = account[4]
    assert.are.equal("mapiHttp", protocol.attr.Type)
    assert.are.equal("http://box/?MailboxId=a&b=c", protocol[1][1].text)
    assert.are.equal("http://box/nspi/", protocol[2][1].text)
    assert.are.equal("Anna <&>", core.xml.parse(reply.body)[1][1][1].text)
  end)

  for what, case in pairs {
    ["no XML"] = { { body = "<" }, "600" },
    ["another schema"] = { pox("anna@example.test", "x"), "601" },
    ["an unknown user"] = { pox "nobody@example.test", "500" },
  } do
    it("refuses " .. what, function()
      local reply = autodiscover.pox(case[1], lookup)
      assert.are.equal(case[2], reply.body:match "<ErrorCode>(%d+)")
    end)
  end

  it("names the POX address by JSON", function()
    local reply = autodiscover.json({ url = "/autodiscover/autodiscover.json"
      .. "?Email=a&Protocol=AutodiscoverV1" }, "https://box")
    assert.is_truthy(reply.body:find("https://box/autodiscover/autodiscover.xml", 1, true))
    assert.are.equal(400, autodiscover.json({ url = "/x?Protocol=EWS" }, "").status)
  end)
end)
