"""What keeps machine learning of AWS inside the network, as a table."""

from typing import Final

from policies.accepting import filled, one_of, yes
from policies.hosts import REACHED, within
from policies.judging import Demand

_ISOLATED: Final = (yes, "true")
_NETWORK: Final = (filled, "subnets and security groups of the VPC")


def _job(at: str = "") -> tuple[Demand, ...]:
    return (
        (f"{at}enableNetworkIsolation", *_ISOLATED),
        (f"{at}vpcConfig", *_NETWORK),
    )


LEARNING: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:sagemaker/codeRepository:CodeRepository": (("gitConfig.repositoryUrl", within, REACHED),),
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": _job("networkConfig."),
    "aws:sagemaker/domain:Domain": (
        ("appNetworkAccessType", one_of("VpcOnly"), '"VpcOnly": the other way is the internet'),
    ),
    "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob": (
        *_job("trainingJobDefinition?."),
        *_job("trainingJobDefinitions[*]."),
    ),
    "aws:sagemaker/model:Model": _job(),
    "aws:sagemaker/monitoringSchedule:MonitoringSchedule": _job(
        "monitoringScheduleConfig.monitoringJobDefinition?.networkConfig."
    ),
    "aws:sagemaker/notebookInstance:NotebookInstance": (("subnetId", *_NETWORK),),
    "aws:sagemaker/trainingJob:TrainingJob": _job(),
}
"""By type, what is asked of each."""
