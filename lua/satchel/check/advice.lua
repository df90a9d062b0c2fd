-- What to do about a step that failed, in the words of those who use mail.

local M = {}

local USUAL <const> = { imap = "993 with TLS (imaps://), 143 with STARTTLS (imap://)",
  pop3 = "995 with TLS (pop3s://), 110 with STARTTLS (pop3://)",
  smtp = "465 with TLS (smtps://), 587 with STARTTLS (smtp://)",
  lmtp = "24", mapi = "443" }

-- providers whose users ask the same questions
local providers <const> = {
  { hosts = { "gmail.com", "googlemail.com", "google.com" },
    password = "Google takes no account password here: make an app password in the settings of "
      .. "the Google account (two-step verification has to be on), or sign in by "
      .. "token = satchel.oauth.code { provider = 'google', … }",
    token = "the token needs the scope https://mail.google.com/ and must be that of this user" },
  { hosts = { "outlook.com", "office365.com", "office.com", "hotmail.com", "live.com" },
    password = "Microsoft takes no passwords here: sign in by token = satchel.oauth.device "
      .. "{ provider = 'microsoft', … }",
    token = "the token has to be that of this user, with the scope of this protocol; the protocol "
      .. "has to be switched on for the mailbox by its administrator",
    smtp = "an administrator has to allow authenticated SMTP for the mailbox" },
  { hosts = { "yahoo.com", "aol.com" },
    password = "the account password is not taken here: make an app password in the settings of "
      .. "the account's security" },
  { hosts = { "icloud.com", "me.com", "mac.com" },
    password = "the account password is not taken here: make an app-specific password at "
      .. "account.apple.com" },
  { hosts = { "fastmail.com", "messagingengine.com" },
    password = "the account password is not taken here: make an app password in the settings" },
  { hosts = { "gmx.net", "gmx.com", "web.de" },
    password = "check the password; other programs than the browser have to be allowed once, in "
      .. "the settings of the mailbox" },
}

local function provider_of(host)
  for _, row in ipairs(providers) do
    for _, name in ipairs(row.hosts) do
      if host == name or host:sub(-#name - 1) == "." .. name then return row end
    end
  end
end

---@class satchel.check.Context
---@field host string
---@field port integer
---@field protocol string
---@field secure "tls"|"starttls"|"clear"
---@field token boolean whether a token was shown, not a password
---@field verify boolean

local advice = {}

function advice.resolve(c)
  return ("check how %s is spelt, and whether this machine can look up names at all"):format(c.host)
end

function advice.connect(c, err)
  local usual = ("the usual ports are %s"):format(USUAL[c.protocol] or "others")
  if err.message:find "refuses" then
    return ("nobody listens at port %d there; %s"):format(c.port, usual)
  elseif c.protocol == "smtp" and c.port == 25 then
    return "port 25 is closed to most networks; " .. usual
  end
  return ("is there a firewall between? It may let other ports pass: %s"):format(usual)
end

-- advice by words of the TLS library
local certificates <const> = {
  { "self.signed", "it is signed by itself: if it is your own, give tls = { ca = 'that "
    .. "certificate.pem' }" },
  { "issuer", "its issuer is not known here: give the certificate of the issuer by tls = { ca = "
    .. "'file.pem' }" },
  { "expired", "it has expired: check the clock of this machine, or have the certificate renewed" },
  { "not yet valid", "it is not valid yet: check the clock of this machine" },
  { "name", "it is made for another name: give the host by the name in the certificate" },
}

function advice.tls(c, err)
  local text = err.message:lower()
  if text:find "starttls" and not text:find "injection" then
    return "the server, or something between, offers no encryption at this port: use the port "
      .. ("with TLS from the start; the usual ports are %s"):format(USUAL[c.protocol] or "others")
  end
  local of_certificate = text:find "certificate" ~= nil
  for _, row in ipairs(of_certificate and certificates or {}) do
    if text:find(row[1]) then return row[2] end
  end
  if c.secure == "tls" and not of_certificate and not text:find "cannot read" then
    return ("this port may not have TLS from the start; the usual ports are %s")
      :format(USUAL[c.protocol] or "others")
  end
end

function advice.greeting(c)
  return ("something else than %s answers at port %d; the usual ports are %s"):format(
    c.protocol:upper(), c.port, USUAL[c.protocol] or "others")
end

local function offers_tokens_alone(err)
  local offered = err.message:upper():match "IT OFFERS (.*)"
  return offered and offered:find "OAUTH" and not offered:find "PLAIN" and not offered:find "LOGIN"
    and not offered:find "SCRAM" and not offered:find "MD5"
end

function advice.login(c, err)
  local row = provider_of(c.host or "")
  if err.kind ~= "auth" and err.kind ~= "denied" then return nil end
  if row and c.protocol == "smtp" and row.smtp and c.token then return row.smtp end
  if row then return row[c.token and "token" or "password"] end
  if not c.token and offers_tokens_alone(err) then
    return "the server takes no passwords: sign in by satchel.oauth, and give token"
  elseif c.token then
    return "check that the token is that of this user, for this server, with the scope of mail"
  elseif err.message:find "it offers" then
    return nil
  end
  return "check user and password; some servers want another name than the address (login = …), "
    .. "and where two-step verification is on, a password made for this program"
end

function advice.discovery(_, err)
  if err.kind == "auth" then return nil end
  return "ask whoever runs the mailbox for the name of the server, and give it as "
    .. "url = 'imaps://host' (or pop3s://, mapi://)"
end

---What to do; nil where nobody knows.
---@param step string without "smtp "
---@param err satchel.Error
---@param context satchel.check.Context
---@return string|nil
function M.of(step, err, context)
  if err.kind == "invalid" or err.kind == "throttled" then return err.hint end
  return advice[step] and advice[step](context or {}, err) or err.hint
end

return M
