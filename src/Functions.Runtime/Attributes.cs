namespace AgentInvest.Functions.Runtime;

// The names and signatures of the official isolated worker, so that function code compiles against either (docs/decisions/0001).

/// <summary>Marks a method as a function. The name is unique over all apps, case-insensitively.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>Functions keys are not used here; every trigger is Anonymous and the request pipeline decides.</summary>
public enum AuthorizationLevel { Anonymous, User, Function, System, Admin }

[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) : Attribute
{
    public AuthorizationLevel AuthLevel { get; } = authLevel;
    public string[] Methods { get; } = methods;

    /// <summary>Relative to host.json's routePrefix.</summary>
    public string? Route { get; set; }
}

/// <summary>Marks the property of a result class that is the HTTP answer, where other properties are outputs.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class HttpResultAttribute : Attribute;

/// <param name="schedule">Six-field NCRONTAB, seconds first, in UTC; or a TimeSpan.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    public string Schedule { get; } = schedule;

    /// <summary>Keep the last run in storage, so that a missed one is seen at the next start.</summary>
    public bool UseMonitor { get; set; } = true;

    public bool RunOnStartup { get; set; }
}

public sealed class TimerInfo
{
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>This run is later than its schedule says.</summary>
    public bool IsPastDue { get; set; }
}

public sealed class ScheduleStatus
{
    public DateTime Last { get; set; }
    public DateTime Next { get; set; }
    public DateTime LastUpdated { get; set; }
}

[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OrchestrationTriggerAttribute : Attribute;

[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ActivityTriggerAttribute : Attribute;

[AttributeUsage(AttributeTargets.Parameter)]
public sealed class DurableClientAttribute : Attribute;

/// <summary>
/// On a method: its result; on a property of the result: that property. Values are message or group actions, one or many.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
public sealed class SignalROutputAttribute : Attribute
{
    public string? HubName { get; set; }
}

public sealed class SignalRMessageAction(string target, object[]? arguments = null)
{
    public string Target { get; set; } = target;
    public object[]? Arguments { get; set; } = arguments;
    public string? ConnectionId { get; set; }
    public string? UserId { get; set; }
    public string? GroupName { get; set; }
}

public enum SignalRGroupActionType { Add, Remove, RemoveAll }

public sealed class SignalRGroupAction(SignalRGroupActionType action)
{
    public SignalRGroupActionType Action { get; set; } = action;
    public string? ConnectionId { get; set; }
    public string? UserId { get; set; }
    public string? GroupName { get; set; }
}

public sealed class FunctionDefinition
{
    internal FunctionDefinition(string name) => Name = name;

    public string Name { get; }
}

public sealed class FunctionContext
{
    internal FunctionContext(string name, IServiceProvider services, CancellationToken cancellation)
    {
        FunctionDefinition = new FunctionDefinition(name);
        InstanceServices = services;
        CancellationToken = cancellation;
    }

    public string InvocationId { get; } = Guid.NewGuid().ToString();
    public FunctionDefinition FunctionDefinition { get; }
    public IServiceProvider InstanceServices { get; set; }
    public IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();
    public CancellationToken CancellationToken { get; }
}
