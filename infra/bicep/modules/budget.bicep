// Tells before the money is gone; it stops nothing.
@description('In the currency of the subscription, a month.')
param amount int

@description('First of a month; for good.')
param start string

param emails string[]

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: 'agentinvest'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: start }
    notifications: {
      half: { enabled: true, operator: 'GreaterThan', threshold: 50, thresholdType: 'Actual', contactEmails: emails }
      nearly: { enabled: true, operator: 'GreaterThan', threshold: 90, thresholdType: 'Actual', contactEmails: emails }
      expected: { enabled: true, operator: 'GreaterThan', threshold: 110, thresholdType: 'Forecasted', contactEmails: emails }
    }
  }
}
