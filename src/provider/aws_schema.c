/*
 * What a provider "aws" block takes.
 */
#include "aws_schema.h"

typedef enum Shape {
    SHAPE_STRING,
    SHAPE_BOOL,
    SHAPE_NUMBER,
    SHAPE_LIST,
    SHAPE_SET,
    SHAPE_MAP
} Shape;

typedef struct Argument {
    const char *name;
    Shape shape;
    const char *refused; /* what it would be: not supported yet; NULL: it is */
} Argument;

static const Argument provider_arguments[] = {
    { "access_key", SHAPE_STRING, NULL },
    { "allowed_account_ids", SHAPE_SET, NULL },
    { "custom_ca_bundle", SHAPE_STRING, NULL },
    { "ec2_metadata_service_endpoint", SHAPE_STRING, NULL },
    { "ec2_metadata_service_endpoint_mode", SHAPE_STRING, NULL },
    { "forbidden_account_ids", SHAPE_SET, NULL },
    { "http_proxy", SHAPE_STRING, NULL },
    { "https_proxy", SHAPE_STRING, NULL },
    { "insecure", SHAPE_BOOL, NULL },
    { "max_retries", SHAPE_NUMBER, NULL },
    { "no_proxy", SHAPE_STRING, NULL },
    { "profile", SHAPE_STRING, NULL },
    { "region", SHAPE_STRING, NULL },
    { "retry_mode", SHAPE_STRING, NULL },
    { "s3_us_east_1_regional_endpoint", SHAPE_STRING, NULL },
    { "s3_use_path_style", SHAPE_BOOL, NULL },
    { "secret_key", SHAPE_STRING, NULL },
    { "shared_config_files", SHAPE_LIST, NULL },
    { "shared_credentials_files", SHAPE_LIST, NULL },
    { "skip_credentials_validation", SHAPE_BOOL, NULL },
    { "skip_metadata_api_check", SHAPE_STRING, NULL },
    { "skip_region_validation", SHAPE_BOOL, NULL },
    { "skip_requesting_account_id", SHAPE_BOOL, NULL },
    { "sts_region", SHAPE_STRING, NULL },
    { "token", SHAPE_STRING, NULL },
    { "token_bucket_rate_limiter_capacity", SHAPE_NUMBER, "a limit on retries" },
    { "use_dualstack_endpoint", SHAPE_BOOL, NULL },
    { "use_fips_endpoint", SHAPE_BOOL, NULL },
};

static const Argument assume_role_arguments[] = {
    { "duration", SHAPE_STRING, NULL },
    { "external_id", SHAPE_STRING, NULL },
    { "policy", SHAPE_STRING, NULL },
    { "policy_arns", SHAPE_SET, NULL },
    { "role_arn", SHAPE_STRING, NULL },
    { "session_name", SHAPE_STRING, NULL },
    { "source_identity", SHAPE_STRING, NULL },
    { "tags", SHAPE_MAP, NULL },
    { "transitive_tag_keys", SHAPE_SET, NULL },
};

static const Argument assume_role_with_web_identity_arguments[] = {
    { "duration", SHAPE_STRING, NULL },
    { "policy", SHAPE_STRING, NULL },
    { "policy_arns", SHAPE_SET, NULL },
    { "role_arn", SHAPE_STRING, NULL },
    { "session_name", SHAPE_STRING, NULL },
    { "web_identity_token", SHAPE_STRING, NULL },
    { "web_identity_token_file", SHAPE_STRING, NULL },
};

static const Argument default_tags_arguments[] = {
    { "tags", SHAPE_MAP, NULL },
};

static const Argument ignore_tags_arguments[] = {
    { "key_prefixes", SHAPE_SET, NULL },
    { "keys", SHAPE_SET, NULL },
};

/* Names of services in the block `endpoints`, also of those that no type here uses yet. */
static const char endpoint_names[] =
    "accessanalyzer account acm acmpca amg amp amplify apigateway apigatewayv2 appautoscaling "
    "appconfig "
    "appfabric appflow appintegrations appintegrationsservice applicationautoscaling "
    "applicationinsights "
    "applicationsignals appmesh appregistry apprunner appstream appsync athena auditmanager "
    "autoscaling "
    "autoscalingplans backup batch bcmdataexports beanstalk bedrock bedrockagent billing budgets "
    "ce "
    "chatbot chime chimesdkmediapipelines chimesdkvoice cleanrooms cloud9 cloudcontrol "
    "cloudcontrolapi "
    "cloudformation cloudfront cloudfrontkeyvaluestore cloudhsm cloudhsmv2 cloudsearch cloudtrail "
    "cloudwatch cloudwatchevents cloudwatchevidently cloudwatchlog cloudwatchlogs "
    "cloudwatchobservabilityaccessmanager cloudwatchrum codeartifact codebuild codecatalyst "
    "codecommit "
    "codeconnections codedeploy codeguruprofiler codegurureviewer codepipeline codestarconnections "
    "codestarnotifications cognitoidentity cognitoidentityprovider cognitoidp comprehend "
    "computeoptimizer "
    "config configservice connect connectcases controltower costandusagereportservice costexplorer "
    "costoptimizationhub cur customerprofiles databasemigration databasemigrationservice databrew "
    "dataexchange datapipeline datasync datazone dax deploy detective devicefarm devopsguru "
    "directconnect "
    "directoryservice dlm dms docdb docdbelastic drs ds dsql dynamodb ec2 ecr ecrpublic ecs efs "
    "eks "
    "elasticache elasticbeanstalk elasticloadbalancing elasticloadbalancingv2 elasticsearch "
    "elasticsearchservice elastictranscoder elb elbv2 emr emrcontainers emrserverless es "
    "eventbridge "
    "events evidently evs finspace firehose fis fms fsx gamelift glacier globalaccelerator glue "
    "gluedatabrew grafana greengrass groundstation guardduty healthlake iam identitystore "
    "imagebuilder "
    "inspector inspector2 inspectorv2 internetmonitor invoicing iot iotanalytics iotevents ivs "
    "ivschat "
    "kafka kafkaconnect kendra keyspaces kinesis kinesisanalytics kinesisanalyticsv2 kinesisvideo "
    "kms "
    "lakeformation lambda launchwizard lex lexmodelbuilding lexmodelbuildingservice lexmodels "
    "lexmodelsv2 "
    "lexv2models licensemanager lightsail location locationservice logs lookoutmetrics m2 macie2 "
    "managedgrafana mediaconnect mediaconvert medialive mediapackage mediapackagev2 "
    "mediapackagevod "
    "mediastore memorydb mgn mq msk mwaa neptune neptunegraph networkfirewall networkmanager "
    "networkmonitor notifications notificationscontacts oam opensearch opensearchingestion "
    "opensearchserverless opensearchservice opsworks organizations osis outposts "
    "paymentcryptography "
    "pcaconnectorad pcs pinpoint pinpointsmsvoicev2 pipes polly pricing prometheus "
    "prometheusservice "
    "qbusiness qldb quicksight ram rbin rds recyclebin redshift redshiftdata "
    "redshiftdataapiservice "
    "redshiftserverless rekognition resiliencehub resourceexplorer2 resourcegroups "
    "resourcegroupstagging "
    "resourcegroupstaggingapi rolesanywhere route53 route53domains route53profiles "
    "route53recoverycontrolconfig route53recoveryreadiness route53resolver rum s3 s3api s3control "
    "s3outposts s3tables sagemaker scheduler schemas sdb secretsmanager securityhub securitylake "
    "serverlessapplicationrepository serverlessapprepo serverlessrepo servicecatalog "
    "servicecatalogappregistry servicediscovery servicequotas ses sesv2 sfn shield signer simpledb "
    "sns "
    "sqs ssm ssmcontacts ssmincidents ssmquicksetup ssmsap sso ssoadmin stepfunctions "
    "storagegateway sts "
    "swf synthetics taxsettings timestreaminfluxdb timestreamquery timestreamwrite transcribe "
    "transcribeservice transfer verifiedpermissions vpclattice waf wafregional wafv2 "
    "wellarchitected "
    "worklink workspaces workspacesweb xray";

static const Type *type_of(Shape shape)
{
    switch (shape) {
    case SHAPE_STRING:
        return type_string;
    case SHAPE_BOOL:
        return type_bool;
    case SHAPE_NUMBER:
        return type_number;
    case SHAPE_LIST:
        return type_list(type_string);
    case SHAPE_SET:
        return type_set(type_string);
    case SHAPE_MAP:
        break;
    }
    return type_map(type_string);
}

static Schema *make_schema(Arena *arena, const Argument *arguments, size_t count)
{
    Schema *schema = arena_new(arena, Schema);
    AttributeSchema *attributes = arena_array(arena, AttributeSchema, count);

    for (size_t i = 0; i < count; i++)
        attributes[i] = (AttributeSchema){ .name = text_of(arguments[i].name),
                                           .type = type_of(arguments[i].shape),
                                           .optional = true,
                                           .refused = text_of(arguments[i].refused) };
    schema->attributes = attributes;
    schema->attribute_count = count;
    return schema;
}

static const Schema *endpoints_schema(Arena *arena)
{
    LIST(Argument) arguments = { 0 };
    Text rest = text_of(endpoint_names), head;
    bool more = true;

    while (more) {
        more = text_cut(rest, TEXT_LIT(" "), &head, &rest);
        Argument argument = { text_cstring(arena, head), SHAPE_STRING, NULL };
        list_add(arena, &arguments, argument);
    }
    return make_schema(arena, arguments.items, arguments.count);
}

static BlockSchema block(const char *name, Nesting nesting, int64_t at_most, const Schema *schema)
{
    return (BlockSchema){
        .name = text_of(name), .nesting = nesting, .max_items = at_most, .block = schema
    };
}

#define SCHEMA_OF(arguments) make_schema(&arena, arguments, sizeof arguments / sizeof *arguments)

const Schema *aws_configuration_schema(void)
{
    static Arena arena;
    static Schema *schema;
    BlockSchema *blocks;

    if (schema)
        return schema;
    schema = SCHEMA_OF(provider_arguments);
    blocks = arena_array(&arena, BlockSchema, 5);
    blocks[0] = block("assume_role", NESTING_LIST, 0, SCHEMA_OF(assume_role_arguments));
    blocks[1] = block("assume_role_with_web_identity", NESTING_LIST, 1,
                      SCHEMA_OF(assume_role_with_web_identity_arguments));
    blocks[2] = block("default_tags", NESTING_LIST, 1, SCHEMA_OF(default_tags_arguments));
    blocks[3] = block("endpoints", NESTING_SET, 0, endpoints_schema(&arena));
    blocks[4] = block("ignore_tags", NESTING_LIST, 1, SCHEMA_OF(ignore_tags_arguments));
    schema->blocks = blocks;
    schema->block_count = 5;
    schema_finish(&arena, schema);
    return schema;
}
