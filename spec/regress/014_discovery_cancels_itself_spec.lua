-- Exchange is found while one of the others has been asked in vain and another is still
-- being asked: who is cancelled then is not the whole search.

local discovery = require "satchel.discovery"
local satchel = require "satchel"

local ANSWER <const> = '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/'
  .. 'responseschema/2006"><Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/'
  .. 'outlook/responseschema/2006a"><User><LegacyDN>/o=x/cn=anna</LegacyDN></User>'
  .. "<Account><AccountType>email</AccountType><Action>settings</Action>"
  .. '<Protocol Type="mapiHttp" Version="1"><MailStore><ExternalUrl>'
  .. "https://mail.one.test/mapi/emsmdb/?M=1</ExternalUrl></MailStore></Protocol></Account>"
  .. "</Response></Autodiscover>"

describe("a search that finds Exchange", function()
  for _, slow in ipairs { "https://autoconfig.one.test/", "https://one.test/.well-known/" } do
    it("ends while " .. slow .. " is asked", function()
      local function transport(request)
        local url = request.url
        if url:sub(1, #slow) == slow then
          satchel.sleep(5)
        elseif url == "https://one.test/autodiscover/autodiscover.xml" then
          satchel.sleep(0.02)
          return { status = 200, body = ANSWER, headers = {}, fields = {} }
        end
        return nil, { kind = "network", message = "cannot find host" }
      end
      local found = discovery.discover { user = "anna@one.test", transport = transport,
        auth = { user = "anna@one.test", password = "pw" }, srv = function() return {} end }
      assert.equal("mapi", found.protocol)
    end)
  end
end)
