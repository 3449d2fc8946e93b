# SPDX-License-Identifier: Apache-2.0
"""A small estate on moto, an AWS that nobody here wrote, with its signature and IAM checks switched on.

Prints one JSON line with the server's URL and the keys of a user who has deploy/iam-policy.json and nothing else. Then
takes one command a line from standard input (`rotate`, `put`, `deployment`, `read`) and answers each with one JSON line;
ends with standard input.
"""

import json
import os
import pathlib
import sys
import urllib.request

# Read when a service is created: as many tasks run as are wanted, so a rollout counts as completed.
os.environ["MOTO_ECS_SERVICE_RUNNING"] = "1"

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-west-2"
CLUSTER, SERVICE = "staging-ecs-shop-cluster", "staging-ecs-shop-service"

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"


def client(service, keys=("test", "test")):
    return boto3.client(
        service, region_name=REGION, endpoint_url=url, aws_access_key_id=keys[0], aws_secret_access_key=keys[1]
    )


def user(name, policy):
    iam = client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


policy = pathlib.Path(__file__).parents[2] / "deploy" / "iam-policy.json"
rollwatch_keys = user("rollwatch", policy.read_text())
operator_keys = user(
    "operator",
    json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}),
)
# From here on every request's signature is computed anew, and every policy is evaluated.
urllib.request.urlopen(
    urllib.request.Request(f"{url}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"})
).read()

ssm, secrets, ecs = (client(name, operator_keys) for name in ("ssm", "secretsmanager", "ecs"))
ssm.put_parameter(Name="/staging/shop/URL", Value="old", Type="String")
for number in range(25):
    ssm.put_parameter(Name=f"/staging/other/{number}", Value="old", Type="String")
secrets.create_secret(Name="staging/shop/db", SecretString="old")
ecs.create_cluster(clusterName=CLUSTER)
ecs.register_task_definition(family="shop", containerDefinitions=[{"name": "app", "image": "shop", "memory": 64}])
ecs.create_service(cluster=CLUSTER, serviceName=SERVICE, taskDefinition="shop", desiredCount=1)


def deployment():
    return ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]["deployments"][0]["id"]


def may_read_values():
    """Whether the user of deploy/iam-policy.json can read a value. It must not."""
    try:
        client("secretsmanager", rollwatch_keys).get_secret_value(SecretId="staging/shop/db")
        return True
    except Exception:
        return False


def answer(value):
    print(json.dumps(value), flush=True)


answer({"url": url, "accessKey": rollwatch_keys[0], "secretKey": rollwatch_keys[1]})
for line in sys.stdin:
    command = line.strip()
    if command == "rotate":
        secrets.put_secret_value(SecretId="staging/shop/db", SecretString="new")
        answer({})
    elif command == "put":
        ssm.put_parameter(Name="/staging/shop/URL", Value="new", Type="String", Overwrite=True)
        answer({})
    elif command == "deployment":
        answer({"id": deployment()})
    elif command == "read":
        answer({"allowed": may_read_values()})
server.stop()
