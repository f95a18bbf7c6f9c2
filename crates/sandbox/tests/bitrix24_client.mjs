// The run of @bitrix24/b24jssdk; see bitrix24_clients.py.

import assert from 'node:assert/strict'
import { B24Hook, B24OAuth } from '@bitrix24/b24jssdk'

const settings = JSON.parse(process.argv[2])

const data = (response) => {
  assert.ok(response.isSuccess, response.getErrorMessages().join('; '))
  return response.getData()
}

const hook = B24Hook.fromWebhookUrl(settings.webhook)
const rows = data(await hook.actions.v2.callList.make({
  method: 'crm.contact.list',
  params: { select: ['ID', 'NAME'] },
}))
assert.equal(new Set(rows.map((row) => row.ID)).size, settings.rows)

const items = data(await hook.actions.v2.callList.make({
  method: 'crm.item.list',
  params: { entityTypeId: 3, select: ['id', 'name'] },
  idKey: 'id',
  customKeyForResult: 'items',
}))
assert.equal(new Set(items.map((item) => item.id)).size, settings.rows)

const batch = data(await hook.actions.v2.batch.make({
  calls: {
    rows: { method: 'crm.contact.list', params: { filter: { PHONE: '+375291112233' } } },
    one: { method: 'crm.contact.get', params: { id: '$result[rows][0][ID]' } },
  },
  options: { isHaltOnError: true, returnAjaxResult: true },
}))
assert.equal(batch.one.getData().result.LAST_NAME, 'Иванов')

const query = new URLSearchParams({
  grant_type: 'authorization_code',
  client_id: settings.clientId,
  client_secret: settings.clientSecret,
  code: settings.code,
})
const tokens = await (await fetch(`${settings.url}/oauth/token/?${query}`)).json()
const renewed = []
const application = new B24OAuth({
  applicationToken: 'sampleapplicationtoken0001',
  userId: 1,
  memberId: tokens.member_id,
  accessToken: tokens.access_token,
  refreshToken: tokens.refresh_token,
  expires: Math.floor(Date.now() / 1000) + tokens.expires_in,
  expiresIn: tokens.expires_in,
  scope: tokens.scope,
  domain: new URL(settings.url).host,
  clientEndpoint: tokens.client_endpoint,
  serverEndpoint: tokens.server_endpoint,
  status: tokens.status,
}, { clientId: settings.clientId, clientSecret: settings.clientSecret })
application.setCallbackRefreshAuth(async ({ b24OAuthParams }) => {
  renewed.push(b24OAuthParams.accessToken)
})
const profile = async () =>
  data(await application.actions.v2.call.make({ method: 'profile', params: {} })).result
assert.equal((await profile()).ADMIN, true)
const expired = await fetch(new URL('account', settings.page), {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ crm: 'bitrix24', tokens: 'expire' }),
})
assert.ok(expired.ok)
assert.equal((await profile()).ADMIN, true)
assert.equal(renewed.length, 1, 'the token is renewed once')
